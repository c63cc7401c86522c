"""Everything an organisation can ask about a project and a profile, for tests of what it is told."""

from __future__ import annotations

from typing import Any

from tests.conftest import World


def answers(world: World, who: str, project_id: str, profile_id: str) -> list[Any]:
    """Everything an organisation can ask about a project and a profile."""
    paths = [
        "/v1/projects?limit=100",
        f"/v1/projects/{project_id}",
        f"/v1/projects/{project_id}/matches",
        f"/v1/projects/{project_id}/matches?include=stability",
        f"/v1/projects/{project_id}/exclusions",
        f"/v1/projects/{project_id}/matches/{profile_id}",
        "/v1/profiles?limit=100",
        f"/v1/profiles/{profile_id}",
        f"/v1/profiles/{profile_id}/versions",
        f"/v1/profiles/{profile_id}/matches",
    ]
    found = [world.get(who, path) for path in paths]
    query = {"project_id": project_id, "include": ["stability", "exclusions"]}
    found.append(world.post(who, "/v1/match-queries", query))
    return [*found, world.get(who, f"/v1/projects/{project_id}/supply-chain")]


def without_basis(answer: Any) -> Any:
    """An answer without what every write moves: revision, instants, versions."""
    moving = {"index_revision", "effective_at", "version", "updated_at", "published_at"}

    def strip(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: strip(member) for name, member in value.items() if name not in moving}
        return [strip(member) for member in value] if isinstance(value, list) else value

    return strip(answer.json())
