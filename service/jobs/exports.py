"""Renders an export: as who asked for it and may still have it, into a file that is kept for a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, cast

from service.access.policy import Permission
from service.database import now, reading, writing
from service.domain import files
from service.domain.shapes import validated
from service.exports.kind import MEDIA_TYPES, Format, file_name
from service.exports.kinds import KINDS
from service.exports.reading import Limits, Reading
from service.jobs.work import Context
from service.rankings.reader import Language
from service.units import rfc_3339, shanghai_day

_PIECE_BYTES: Final = 262_144


def export(context: Context) -> dict[str, Any]:
    """Render what was asked for, and store it in the transaction that settles the job."""
    arguments, settings = context.job.arguments, context.settings
    kind = KINDS[arguments["kind"]]
    form, language = cast(Format, arguments["format"]), cast(Language, arguments["language"])
    asked = validated(kind.parameters, arguments["parameters"])
    needs = (Permission.EXPORTS_WRITE, *kind.permissions)
    with reading(context.database) as session:
        actor = context.actor(session, *needs)
    read = Reading(
        context.database,
        actor,
        language,
        context.index,
        Limits(settings.export_max_rows, settings.export_timeout_seconds, settings.font_dir),
        context.progress,
    )
    with TemporaryDirectory(prefix="shanhai-export-") as folder:
        path = Path(folder, f"export.{form}")
        about = kind.render(read, asked, form, path)
        with writing(context.database) as session:
            # Again: whoever was refused meanwhile gets no file.
            actor = context.actor(session, *needs)
            day = shanghai_day(now(session))
            row = files.store(
                session,
                actor,
                file_name([read.say(kind.zh, kind.en), about, day.isoformat()], form),
                MEDIA_TYPES[form],
                _pieces(path),
                keep=timedelta(hours=settings.export_keep_hours),
                needs=kind.permission,
            )
            result = {
                "file_id": row.id,
                "name": row.name,
                "media_type": row.media_type,
                "size_bytes": row.size_bytes,
                "sha256": row.sha256,
                "expires_at": rfc_3339(row.expires_at),
            }
            context.complete(session, result)
    return result


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while piece := stream.read(_PIECE_BYTES):
            yield piece
