"""What was exported is understood when it comes back: every column is known or passed over."""

from __future__ import annotations

from typing import Any

import pytest

from service.jobs.handlers import HANDLERS
from service.jobs.runner import drain
from tests.api.importing import asked
from tests.conftest import World
from tests.exports.conftest import Exports

HEADS = {"unknown_column", "duplicate_column", "missing_column", "unknown_unit"}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(("who", "kind"), [("jiashan", "projects"), ("qingyuan", "profiles")])
def test_every_column_of_an_export_is_known_to_an_import(
    exports: Exports, world: World, who: str, kind: str, language: str
) -> None:
    world.project(coating="water", site_mode="either", move_kind="expansion", programmes=["mountain_sea"])
    world.profile()
    narrowed: dict[str, Any] = {"own": True} if kind == "profiles" else {}
    content = exports.file(who, kind, language=language, **narrowed)
    answer = asked(world, who, content, kind=kind, mode="validate_only")
    assert answer.status_code == 202, answer.text
    drain(exports.database, exports.settings, exports.index, HANDLERS)
    done = world.get(who, answer.headers["Location"]).json()
    errors = world.get(who, f"{answer.headers['Location']}/errors").json()["items"]
    codes = {error["code"] for error in errors}
    assert done["state"] == "done", done
    assert not codes & HEADS, errors
    if language == "zh":
        # Its words are those of sheets, too; the same row is there already.
        assert codes == {"duplicate"}, errors
