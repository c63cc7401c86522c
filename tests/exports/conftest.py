"""What the tests of exports share: a world with records of every kind, and files as they are opened."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, cast

import pytest
from python_calamine import CalamineWorkbook

from service.database import Database
from service.index import MatchIndex
from service.jobs.handlers import HANDLERS
from service.jobs.runner import drain
from service.settings import Settings
from tests.api import ledger
from tests.api.assessing import YEAR, submitted, target
from tests.conftest import World


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    # Jobs are run by the tests themselves, when they say so.
    return Settings(database_url=database_url, data_dir=tmp_path, pool_size=10, serve_jobs=False)


@dataclass
class Exports:
    """Asks for files as one organisation or another, and opens them."""

    world: World
    database: Database
    settings: Settings
    index: MatchIndex

    def ask(self, who: str, kind: str, form: str = "xlsx", language: str = "zh", **parameters: Any) -> Any:
        """The answer to the request."""
        body = {"kind": kind, "format": form, "parameters": parameters}
        return self.world.post(who, "/v1/exports", body, headers={"Accept-Language": language})

    def job(self, who: str, kind: str, form: str = "xlsx", **more: Any) -> dict[str, Any]:
        """The job, run to its end."""
        answer = self.ask(who, kind, form, **more)
        assert answer.status_code == 202, answer.text
        drain(self.database, self.settings, self.index, HANDLERS)
        return dict(self.world.get(who, answer.headers["Location"]).json())

    def file(self, who: str, kind: str, form: str = "xlsx", **more: Any) -> bytes:
        """The content of the file, by its link."""
        job = self.job(who, kind, form, **more)
        assert job["state"] == "done", job["problem"]
        told = self.world.get(who, f"/v1/files/{job['result']['file_id']}").json()
        assert told["name"] == job["result"]["name"]
        content: bytes = self.world.get(None, told["link"]).content
        return content

    def sheets(self, who: str, kind: str, **more: Any) -> dict[str, list[dict[str, Any]]]:
        """Every sheet of a workbook as lines by the titles of its head."""
        return opened(self.file(who, kind, **more))


def opened(content: bytes) -> dict[str, list[dict[str, Any]]]:
    """Every sheet as lines; the notes above the head are passed over."""
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    found = {}
    for name in book.sheet_names:
        grid = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        top = next(i for i, row in enumerate(grid) if row[1] not in ("", None))
        found[name] = [dict(zip(grid[top], row, strict=True)) for row in grid[top + 1 :]]
    return found


@pytest.fixture
def exports(world: World, database: Database, settings: Settings) -> Exports:
    # The application's own: loading another takes longer than all that is exported from it.
    index: MatchIndex = cast(Any, world.client.app).state.index
    return Exports(world, database, settings, index)


@dataclass
class Pair:
    """A project of Jiashan's and a place of Qingyuan's, with everything that stands on the two."""

    project: dict[str, Any]
    profile: dict[str, Any]
    visit: dict[str, Any]
    opportunity: dict[str, Any]


#: What stands in no file of anybody else; each is unlike anything else that is written there.
SEALED_OF_PROJECT = (
    "密封投资方甲乙丙",
    "绝密工艺说明",
    "绝密产品",
    "绝密投入",
    "绝密原料",
    "61.37",
    "18273",
    "331.9",
)
SEALED_OF_PROFILE = ("133.71", "供地内部函", "内文〔2026〕77号")


@pytest.fixture
def pair(world: World) -> Pair:
    project = world.project(
        investor_name="密封投资方甲乙丙",
        description="绝密工艺说明",
        products=["绝密产品"],
        inputs=["绝密投入"],
        materials=[{"name": "绝密原料", "quantity_per_year": 331.9, "unit": "t"}],
        land_mu=61.37,
        fixed_investment_10k_cny=18273,
        visibility="partners",
    )
    profile = world.profile(
        land_mu=133.71,
        restricted_fields=["land_mu"],
        lon=119.0625,
        lat=27.6215,
        quantities={"dormitory_beds": 240},
        evidence={
            "land_mu": {"source": "供地内部函", "document_no": "内文〔2026〕77号", "as_of": "2026-11-01"},
            "power_kva": {"source": "县供电公司", "document_no": "庆供电〔2026〕5号"},
        },
    )
    both = {"project_id": project["id"], "profile_id": profile["id"]}
    opened_record = world.post("jiashan", "/v1/opportunities", {**both, "note": "竹木配套"})
    assert opened_record.status_code == 201, opened_record.text
    record = opened_record.json()
    milestone = {"kind": "land_auction", "planned_on": "2026-12-20", "note": "挂牌公告已发"}
    assert world.post("qingyuan", f"/v1/opportunities/{record['id']}/milestones", milestone).is_success
    assert world.post("qingyuan", "/v1/holds", {**both, "land_mu": 40.5, "power_kva": 1250}).is_success
    outcome = {**both, "result": "accepted", "decided_on": "2026-11-20", "note": "同意对接"}
    assert world.post("qingyuan", "/v1/outcomes", outcome).is_success
    visit = world.post(
        "jiashan",
        "/v1/visits",
        {
            "purpose": "家具企业考察庆元",
            "project_id": project["id"],
            "starts_on": "2026-12-08",
            "ends_on": "2026-12-09",
            "members": [{"name": "张明", "office": "嘉善县投资促进中心", "title": "科长"}],
            "stops": [{"profile_id": profile["id"], "on": "2026-12-08", "note": "看厂房"}],
            "follow_ups": [{"text": "内部跟进事项", "due_on": "2026-12-20"}],
        },
    )
    assert visit.status_code == 201, visit.text
    return Pair(project, profile, visit.json(), record)


@dataclass
class Year:
    """Targets, a ledger and a submission that stand on the pair."""

    entries: list[dict[str, Any]]
    submission: dict[str, Any]

    @property
    def asked(self) -> dict[str, Any]:
        """The parameters of an assessment."""
        return {"programme": "mountain_sea", "year": YEAR}


@pytest.fixture
def year(world: World, pair: Pair) -> Year:
    for who in ("jiashan", "qingyuan"):
        target(world, "funds_in_place", 3000.5, who, document_no="浙山海办〔2026〕2号")
    record = pair.opportunity["id"]
    first = ledger.claim(world, opportunity_id=record, amount=1200.25, occurred_on="2026-09-20")
    second = ledger.claim(world, measure="jobs", amount=60, occurred_on="2026-09-30")
    back = ledger.claim(world, opportunity_id=record, amount=300, occurred_on="2026-10-08")
    first = ledger.brought_to(world, first, "recognised", 0.8)
    ledger.done(ledger.act(world, "jiashan", back, "reverse", {"reason": "重复填报"}))
    return Year([first, second, back], submitted(world))
