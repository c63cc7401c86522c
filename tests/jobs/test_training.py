"""Training learns from what was decided, promotes what is not worse, and can be taken back."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from service.access.audit import AuditEvent
from service.database import Database, reading, revision_of, writing
from service.domain import models
from service.errors import Conflict, NotFound
from service.index import learning
from service.index.learning import Placement
from service.jobs import training
from tests.conftest import World
from tests.jobs.decided import decide, profiles


@pytest.fixture(scope="module")
def shipped_text() -> Any:
    """The text model of the shipped texts alone."""
    return learning.fit_on_history(())


@pytest.fixture
def _weights_alone(shipped_text: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trainings that learn weights and leave the text model, which takes most of their time, as it is."""
    monkeypatch.setattr(learning, "fit_on_history", lambda *_: shipped_text)


def live(database: Database) -> str:
    with reading(database) as session:
        return models.live(session).version


def kept(database: Database) -> dict[str, bool]:
    """Every version, and whether it has ever been live."""
    with reading(database) as session:
        return {row.version: row.activated_at is not None for row in models.versions(session)}


def ranking(world: World, project_id: str) -> dict[str, Any]:
    found = world.get("jiashan", f"/v1/projects/{project_id}/matches").json()
    return {name: found[name] for name in ("items", "model_version")}


def test_a_promoted_model_ranks_the_very_next_time_and_rolling_back_restores_every_digit(
    world: World, database: Database
) -> None:
    places = profiles(world)
    project = world.project()
    decide(world, database, places, 60)
    before, first = ranking(world, project["id"]), live(database)
    criteria = world.get("jiashan", "/v1/criteria").json()
    with reading(database) as session:
        revision = revision_of(session)
    report = training.train(database)
    assert report.verdict == "promoted"
    (judged, _) = report.judged
    assert (judged.cases, judged.regions) == (12, 4)
    assert judged.candidate_mrr > judged.live_mrr + 0.3
    with reading(database) as session:
        assert revision_of(session) == revision + 1
        events = session.exec(select(AuditEvent.action).order_by(col(AuditEvent.sequence))).all()
        assert events[-2:] == ["model.keep", "model.activate"]
    after = ranking(world, project["id"])
    assert after["model_version"] == report.candidate_version == live(database) != first
    weights = {line["criterion"]: line["weight"] for line in after["items"][0]["contributions"]}
    learned = {
        line["name"]: line["default_weight"] for line in world.get("anji", "/v1/criteria").json()["items"]
    }
    assert weights == pytest.approx(learned)
    assert learned["labour"] > 2 * {c["name"]: c["default_weight"] for c in criteria["items"]}["labour"]
    for item in after["items"]:
        assert abs(sum(line["contribution"] for line in item["contributions"]) - item["score"]) < 1e-9
    told = world.get("jiashan", "/v1/model").json()
    assert (told["version"], told["default_weights"]) == (report.candidate_version, learned)
    assert told["metrics"]["held_out"]["outcomes"]["cases"] == 12
    assert [(v["version"], v["live"]) for v in told["versions"]] == [
        (report.candidate_version, True),
        (first, False),
    ]
    training.roll_back(database, first)
    assert ranking(world, project["id"]) == before
    assert world.get("jiashan", "/v1/criteria").json() == criteria
    with reading(database) as session:
        assert revision_of(session) == revision + 2


@pytest.mark.usefixtures("_weights_alone")
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_same_history_does_not_undo_a_rollback_and_an_outcome_over_http_teaches_another_model(
    world: World, database: Database
) -> None:
    places, first = profiles(world), live(database)
    decide(world, database, places, 60, day=-1)
    learned = training.train(database)
    training.roll_back(database, first)
    again = training.train(database)
    assert (again.candidate_version, again.verdict) == (learned.candidate_version, "was_live_before")
    assert live(database) == first
    body = {"project_id": world.project()["id"], "profile_id": places["331126"], "result": "signed"}
    assert world.post("jiashan", "/v1/outcomes", body).status_code == 201
    report = training.train(database)
    assert report.learned_from["outcomes"] == learned.learned_from["outcomes"] + 1
    assert report.verdict == "promoted"
    assert report.candidate_version not in {first, learned.candidate_version}


@pytest.mark.usefixtures("_weights_alone")
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_candidate_that_is_worse_on_what_was_held_out_is_kept_and_never_live(
    world: World, database: Database
) -> None:
    places, first = profiles(world), live(database)
    decide(world, database, places, 48, day=-1)
    decide(world, database, places, 12, against=True)
    report = training.train(database)
    assert report.verdict == "worse"
    assert report.judged[0].candidate_mrr < report.judged[0].live_mrr
    assert live(database) == first
    assert kept(database) == {first: True, report.candidate_version: False}
    with pytest.raises(Conflict) as refused:
        training.roll_back(database, report.candidate_version)
    assert refused.value.code == "never_live"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_a_single_county_got_or_too_few_decided_trains_nothing(world: World, database: Database) -> None:
    places, first = profiles(world), live(database)
    assert training.train(database).verdict == "nothing_new"
    decide(world, database, places, 45, day=-2)
    assert training.train(database).verdict == "too_few_cases"
    decide(world, database, places, 60, day=-1, regions=["331126"])
    assert training.train(database).verdict == "too_few_cases"
    decide(world, database, places, 30, result="refused")
    report = training.train(database)
    assert (report.verdict, report.candidate_version) == ("too_few_cases", None)
    assert kept(database) == {first: True}


@pytest.mark.usefixtures("_weights_alone")
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_the_live_model_has_not_seen_is_what_judges_the_next(world: World, database: Database) -> None:
    places = profiles(world)
    decide(world, database, places, 60, day=-2)
    assert training.train(database).verdict == "promoted"
    decide(world, database, places, 11, decisive="power", day=1)
    (judged, _) = training.train(database).judged
    # A fifth of all would be 15.
    assert judged.cases == 11


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_past_placements_teach_the_text_model_which_keeps_them_when_they_are_left_out(
    world: World, database: Database
) -> None:
    places = profiles(world)
    trades = dict(zip(places, ["木质家具", "集成电路", "化学药品", "食用菌"], strict=True))
    past = [
        Placement(trade, code, date(2020, 1, 1) + timedelta(days=day))
        for day in range(25)
        for code, trade in trades.items()
    ]
    report = training.train(database, past)
    _, judged = report.judged
    assert (report.verdict, judged.cases, judged.regions) == ("promoted", 20, 4)
    assert judged.candidate_mrr > judged.live_mrr
    with reading(database) as session:
        text = learning.loaded(models.live(session)).text.version_
    decide(world, database, places, 60)
    report = training.train(database)
    assert (report.verdict, report.learned_from["placements"]) == ("promoted", 100)
    with reading(database) as session:
        assert learning.loaded(models.live(session)).text.version_ == text


@pytest.mark.usefixtures("_weights_alone")
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_training_that_was_overtaken_by_another_promotes_nothing(world: World, database: Database) -> None:
    decide(world, database, profiles(world), 60)

    def overtake(name: str) -> None:
        if name == "store":
            with writing(database) as session:
                models.store(session, "text-rival", models.live(session).content, {})

    with pytest.raises(Conflict) as refused:
        training.train(database, step=overtake)
    assert refused.value.code == "live_changed"
    assert live(database) == "text-rival"


def test_nothing_is_rolled_back_to_what_is_not_there_or_is_live(database: Database) -> None:
    with pytest.raises(NotFound):
        training.roll_back(database, "text-nowhere")
    with pytest.raises(Conflict) as refused:
        training.roll_back(database, live(database))
    assert refused.value.code == "already_live"
