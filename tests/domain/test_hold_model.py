"""Random requests about holds, against a plain model: never over capacity, the counters are the sums."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from service.database import Database, writing
from service.domain import capacity, hold_records, pool_records, profile_records
from service.domain.holds import HoldCommit, HoldExtension, HoldRelease, HoldWrite
from service.domain.pools import PoolWrite
from service.errors import Conflict, Forbidden, Invalid
from tests.conftest import World
from tests.domain.holding import BUREAU, COUNTY, counters, shared_project, summed

PLACES, PROJECTS = 2, 3
LAND, POWER, SHARED = Decimal("0.6"), Decimal("10"), Decimal("12")
amounts = st.sampled_from(["0.1", "0.2", "0.3", "0.4", "0.6", "0.6000000001"])
powers = st.sampled_from([None, "1", "2.5", "6", "10", "10.000000001"])
deeds = st.one_of(
    st.tuples(
        st.just("create"),
        st.integers(0, PROJECTS - 1),
        st.integers(0, PLACES - 1),
        st.sampled_from([BUREAU, COUNTY]),
        amounts,
        powers,
    ),
    st.tuples(
        st.sampled_from(["grant", "release", "extend", "commit land", "commit power"]),
        st.integers(0, 99),
        st.sampled_from([BUREAU, COUNTY]),
    ),
    st.tuples(st.just("publish"), st.integers(0, PLACES - 1), amounts),
    st.tuples(st.just("wait"), st.integers(1, 40)),
)
REFUSED = (Conflict, Forbidden, Invalid)


class Model:
    """What should be, in decimals; ``do`` does one deed to the database and to this, and compares."""

    def __init__(self, world: World, database: Database) -> None:
        self.world, self.database = world, database
        self.instant = datetime.now(UTC)
        self.places = [
            world.profile(land_mu=float(LAND), power_kva=float(POWER))["id"] for _ in range(PLACES)
        ]
        self.projects = [shared_project(world)["id"] for _ in range(PROJECTS)]
        self.published = {(place, "land_mu"): LAND for place in self.places}
        self.published |= {(place, "power_kva"): POWER for place in self.places}
        self.shared = SHARED
        self.holds: list[dict[str, Any]] = []
        body = PoolWrite(name="变电站", quantity="power_kva", capacity=float(SHARED), members=self.places)
        self.run(lambda session: pool_records.create(session, world.actors[COUNTY], body))

    def run(self, act: Any) -> Any:
        with writing(self.database) as session:
            session.info["now"] = self.instant
            return act(session)

    def live(self, *states: str) -> list[dict[str, Any]]:
        return [row for row in self.holds if row["state"] in states and row["until"] > self.instant]

    def taken(self, place: str, name: str) -> Decimal:
        rows = [row for row in self.live("active") if row["place"] == place]
        return sum((row["open"].get(name, Decimal(0)) for row in rows), Decimal(0))

    def fits(self, place: str, wanted: dict[str, Decimal]) -> bool:
        shared = self.shared - sum((self.taken(other, "power_kva") for other in self.places), Decimal(0))
        own = all(
            self.taken(place, name) + amount <= self.published[place, name] for name, amount in wanted.items()
        )
        return own and wanted.get("power_kva", Decimal(0)) <= shared

    def do(self, deed: tuple[Any, ...]) -> None:
        name, *rest = deed
        if name == "create":
            self.create(*rest)
        elif name == "publish":
            self.publish(*rest)
        elif name == "wait":
            self.instant += timedelta(days=rest[0])
        elif self.holds:
            number, who = rest
            self.step(name, self.holds[number % len(self.holds)], who)

    def create(self, project: int, place: int, who: str, land: str, power: str | None) -> None:
        project_id, place_id = self.projects[project], self.places[place]
        wanted = {"land_mu": Decimal(land)} | ({"power_kva": Decimal(power)} if power else {})
        figures = {name: float(amount) for name, amount in wanted.items()}
        body = HoldWrite(project_id=project_id, profile_id=place_id, **figures)
        pair = [
            row
            for row in self.live("active", "requested")
            if (row["project"], row["place"]) == (project_id, place_id)
        ]
        allowed = not pair and self.fits(place_id, wanted)
        made = self.attempt(allowed, lambda s: hold_records.create(s, self.world.actors[who], body))
        if made:
            state = "active" if who == COUNTY else "requested"
            until = self.instant + timedelta(days=30)
            self.holds.append(
                {"id": made[0].id, "project": project_id, "place": place_id, "state": state}
                | {"until": until, "open": wanted}
            )

    def step(self, name: str, row: dict[str, Any], who: str) -> None:
        actor, id_ = self.world.actors[who], row["id"]
        action, _, quantity = name.partition(" ")
        state = row["state"] if row["until"] > self.instant else "expired"
        allowed = state in ("active", "requested")
        if action == "grant":
            allowed = state == "requested" and who == COUNTY and self.fits(row["place"], row["open"])
            done = self.attempt(allowed, lambda s: hold_records.grant(s, actor, id_, "any"))
            row["state"] = "active" if done else row["state"]
        elif action == "release":
            why = HoldRelease(reason="试")
            done = self.attempt(allowed, lambda s: hold_records.release(s, actor, id_, "any", why))
            row["state"] = "released" if done else row["state"]
        elif action == "extend":
            until = self.instant + timedelta(days=45)
            allowed = allowed and (who == COUNTY) == (state == "active") and until > row["until"]
            body = HoldExtension(expires_at=until)
            done = self.attempt(allowed, lambda s: hold_records.extend(s, actor, id_, "any", body))
            row["until"] = until if done else row["until"]
        else:
            self.commit(row, who, state, {"land": "land_mu", "power": "power_kva"}[quantity])

    def commit(self, row: dict[str, Any], who: str, state: str, name: str) -> None:
        allowed = state == "active" and who == COUNTY and name in row["open"]
        body, actor = HoldCommit(documents={name: "文号"}), self.world.actors[who]
        done = self.attempt(allowed, lambda s: hold_records.commit(s, actor, row["id"], "any", body))
        if done:
            amount = row["open"][name]
            row["open"] = {other: value for other, value in row["open"].items() if other != name}
            row["state"] = "active" if row["open"] else "committed"
            self.published[row["place"], name] -= amount
            if name == "power_kva":
                self.shared -= amount

    def publish(self, place: int, land: str) -> None:
        place_id, figure = self.places[place], Decimal(land)
        allowed = self.taken(place_id, "land_mu") <= figure
        patch = {"land_mu": float(figure)}
        if self.attempt(
            allowed, lambda s: profile_records.change(s, self.world.actors[COUNTY], place_id, "any", patch)
        ):
            self.published[place_id, "land_mu"] = figure

    def attempt(self, allowed: bool, act: Any) -> Any:
        try:
            done, refusal = self.run(act), None
        except REFUSED as error:
            done, refusal = None, error.detail
        assert (refusal is None) == allowed, refusal
        return done

    def check(self) -> None:
        """The counters are the sums of the holds; by the clock, both are what the model says."""
        assert counters(self.database) == summed(self.database)

        def free(session: Session) -> dict[str, Any]:
            return capacity.held(session, self.places, self.instant)

        left = self.run(free)
        for (place, name), published in self.published.items():
            net = published - self.taken(place, name)
            if name == "power_kva":
                others = sum((self.taken(other, name) for other in self.places), Decimal(0))
                net = min(net, self.shared - others)
            own = left.get(place, capacity.NOTHING_TAKEN)
            assert own.net({name: float(published)})[name] == float(net)
            assert net >= 0


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)
@given(st.lists(deeds, min_size=5, max_size=25))
def test_whatever_is_asked_in_whatever_order_no_capacity_is_promised_twice(
    world: World, database: Database, asked: list[tuple[Any, ...]]
) -> None:
    model = Model(world, database)
    for deed in asked:
        model.do(deed)
        model.check()
