"""What does each kind of job: one line a kind, nothing registers itself."""

from __future__ import annotations

from service.jobs import exports, import_jobs, sweeping
from service.jobs.work import Handler

HANDLERS: dict[str, Handler] = {
    "import": import_jobs.run,
    "export": exports.export,
    "sweep": sweeping.sweep,
}
