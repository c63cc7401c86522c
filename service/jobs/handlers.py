"""What does each kind of job: one line a kind, nothing registers itself."""

from __future__ import annotations

from service.jobs import exports, import_jobs, saved_searches, shortfalls, sweeping, webhooks
from service.jobs.work import Handler

HANDLERS: dict[str, Handler] = {
    "import": import_jobs.run,
    "export": exports.export,
    "saved_search.evaluate": saved_searches.evaluate,
    "shortfalls": shortfalls.look,
    "sweep": sweeping.sweep,
    "webhook.deliver": webhooks.deliver,
}
