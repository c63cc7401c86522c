"""Names every module that holds a table, so that the metadata is whole wherever it is asked for."""

from __future__ import annotations

from importlib import import_module

MODULES = (
    "service.database",
    "service.access.keys",
    "service.access.sessions",
    "service.access.audit",
    "service.access.audit_retention",
    "service.domain.regions",
    "service.domain.industries",
    "service.domain.zones",
    "service.domain.quantities",
    "service.domain.measures",
    "service.domain.organisations",
    "service.domain.organisation_settings",
    "service.domain.people",
    "service.domain.sign_in_attempts",
    "service.domain.pairings",
    "service.domain.projects",
    "service.domain.profiles",
    "service.domain.profile_records",
    "service.domain.approvals",
    "service.domain.models",
    "service.domain.outcomes",
    "service.domain.milestones",
    "service.domain.deliveries",
    "service.domain.events",
    "service.domain.saved_searches",
    "service.domain.opportunities",
    "service.domain.comments",
    "service.domain.visits",
    "service.domain.enclave_terms",
    "service.domain.profile_requests",
    "service.domain.holds",
    "service.domain.pools",
    "service.domain.promises",
    "service.domain.ledger_entries",
    "service.domain.indicator_packs",
    "service.domain.targets",
    "service.domain.bulletins",
    "service.domain.submissions",
    "service.domain.shortfalls",
    "service.domain.imports",
    "service.domain.jobs",
    "service.domain.files",
    "service.domain.catalogue",
    "service.domain.retries",
)


def load() -> None:
    """Import them all."""
    for name in MODULES:
        import_module(name)
