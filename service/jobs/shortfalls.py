"""Looks once an hour at every page that somebody has targets on, and tells of what the year will miss."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from service.database import reading, writing
from service.domain import events, shortfalls
from service.jobs.work import Context

KIND: Final = "shortfalls"
EVERY: Final = timedelta(hours=1)


def look(context: Context) -> dict[str, Any]:
    """Tell each organisation of a shortfall that is new, worse or over; what was told is not told again."""
    with reading(context.database) as session:
        pages = shortfalls.watched(session)
    told = 0
    for done, page in enumerate(pages, 1):
        # A page a transaction: what is told of one stays told where the next fails.
        with writing(context.database) as session:
            for found in shortfalls.notice(session, page):
                ids = [page.organisation_id]
                events.emit(session, "assessment.shortfall", page.organisation_id, found.data, ids)
                told += 1
        context.progress(done, len(pages))
    return {"pages": len(pages), "told": told}
