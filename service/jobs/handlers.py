"""What does each kind of job, and in which lane: one line a kind, nothing registers itself."""

from __future__ import annotations

from typing import Final

from service.jobs import exports, import_jobs, saved_searches, shortfalls, sweeping, webhooks
from service.jobs.work import Handler

#: Each lane has threads of its own: what is in one never waits for what is in another.
LANES: Final[dict[str, dict[str, Handler]]] = {
    # Somebody has asked for it; it may take minutes.
    "asked": {
        "import": import_jobs.run,
        "export": exports.export,
    },
    # Short, and soon after a change: an alert that waited for an import would be none.
    "own": {
        "saved_search.evaluate": saved_searches.evaluate,
        "shortfalls": shortfalls.look,
        "sweep": sweeping.sweep,
    },
    # Others decide how long it takes, up to the time limit of a request.
    "deliveries": {
        "webhook.deliver": webhooks.deliver,
    },
}
HANDLERS: Final[dict[str, Handler]] = {
    kind: handler for lane in LANES.values() for kind, handler in lane.items()
}
