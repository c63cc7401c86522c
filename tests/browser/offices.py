"""Who works with the console: the demo's governments and their people, entered over the REST API."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx

from service.access.policy import Role
from service.units import shanghai_day
from tests.processes.serving import PLAIN

BUREAU, COUNTY, AUTHORITY = "330421", "331126", "authority"
#: A furniture project as the bureau knows it, and a park of the county as it is.
PROJECT: dict[str, Any] = {
    "investor_name": "某家具配套企业",
    "industry_code": "C2110",
    "products": ["竹木家具部件"],
    "inputs": ["竹材", "五金配件"],
    "origin_region_code": BUREAU,
    "fixed_investment_10k_cny": 18000,
    "land_mu": 60,
    "power_kva": 1250,
    "labour_persons": 200,
    "max_land_price_10k_cny_per_mu": 30,
    "must": ["land_mu", "power_kva", "max_land_price_10k_cny_per_mu"],
    "visibility": "partners",
    "disclosure": "full",
}
PROFILE: dict[str, Any] = {
    "region_code": COUNTY,
    "site_kind": "industrial_park",
    "industry_codes": ["C20", "C21"],
    "leading_industries": ["竹木加工", "家具"],
    "land_mu": 130,
    "power_kva": 5000,
    "labour_persons": 600,
    "land_price_10k_cny_per_mu": 18,
    "tariff_cny_per_kwh": 0.68,
    "wage_cny_per_month": 4800,
    "land_use": "M2",
    "environment_unit": "general_control",
    "status": "published",
}


def today() -> str:
    """The day in China."""
    return shanghai_day(datetime.now(UTC)).isoformat()


@dataclass(frozen=True)
class Person:
    """Somebody who signs in."""

    name: str
    user_name: str
    password: str


@dataclass
class Offices:
    """The REST API, as the offices use it from their own programs."""

    url: str
    keys: dict[str, str]
    organisations: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._http = httpx.Client(base_url=self.url, timeout=60, verify=PLAIN)
        for office in list(self.keys):
            self.organisations[office] = self.ask(office, "GET", "/v1/sessions/current")["organisation"]["id"]

    def ask(self, office: str, method: str, path: str, body: Any = None, **more: Any) -> Any:
        """What the service answers to an office's key."""
        headers = {"Authorization": f"Bearer {self.keys[office]}", "If-Match": "*"}
        answer = self._http.request(method, path, json=body, headers=headers, **more)
        assert answer.is_success, answer.text
        return answer.json()

    def authority(self) -> None:
        """An authority above both, with a key."""
        wanted = {"name": "浙江省主管部门（演示）", "kind": "authority", "region_code": "330000"}
        made = self.ask("platform", "POST", "/v1/organisations", wanted)
        self.organisations[AUTHORITY] = made["id"]
        key = self.ask("platform", "POST", "/v1/keys", {"organisation_id": made["id"], "name": "演示密钥"})
        self.keys[AUTHORITY] = key["secret"]

    def newcomer(self, office: str, role: Role, name: str, user_name: str) -> Person:
        """Somebody who has been given a temporary password."""
        body = {
            "organisation_id": self.organisations[office],
            "name": name,
            "user_name": user_name,
            "role": role,
        }
        made = self.ask(office, "POST", "/v1/people", body)
        return Person(name, user_name, made["temporary_password"])

    def person(self, office: str, role: Role, name: str, user_name: str) -> Person:
        """Somebody who has already set a password of their own."""
        new = self.newcomer(office, role, name, user_name)
        own = secrets.token_urlsafe(18)
        with httpx.Client(
            base_url=self.url, timeout=60, verify=PLAIN, headers={"X-Requested-With": "shanhai"}
        ) as browser:
            body = {"user_name": user_name, "password": new.password}
            session = browser.post("/v1/sessions", json=body)
            assert session.is_success, session.text
            change = {"old_password": new.password, "new_password": own}
            changed = browser.post(f"/v1/people/{session.json()['person']['id']}/password", json=change)
            assert changed.is_success, changed.text
        return Person(name, user_name, own)

    def project(self, name: str, **fields: Any) -> dict[str, Any]:
        """A project of the bureau that its partners see."""
        return dict(self.ask(BUREAU, "POST", "/v1/projects", {**PROJECT, "name": name, **fields}))

    def profile(self, site_name: str, **fields: Any) -> dict[str, Any]:
        """A published profile of the county."""
        body = {**PROFILE, "site_name": site_name, "as_of": today(), **fields}
        return dict(self.ask(COUNTY, "POST", "/v1/profiles", body))

    def question(self, site_name: str) -> str:
        """The secret of a link that asks the county about a place which the bureau has entered for it."""
        body = {**PROFILE, "site_name": site_name, "as_of": today()}
        profile = self.ask(BUREAU, "POST", "/v1/profiles", body)
        asked = {"profile_id": profile["id"], "fields": ["land_mu", "power_kva"], "message": "请核对"}
        return str(self.ask(BUREAU, "POST", "/v1/profile-requests", asked)["secret"])

    def opportunity(self, project: dict[str, Any], profile: dict[str, Any]) -> dict[str, Any]:
        """The joint record of a project and a place, opened by the bureau."""
        pair = {"project_id": project["id"], "profile_id": profile["id"]}
        return dict(self.ask(BUREAU, "POST", "/v1/opportunities", pair))

    def target(self, indicator: str, amount: float) -> None:
        """What the authority wants of the bureau this year."""
        body = {
            "organisation_id": self.organisations[BUREAU],
            "programme": "mountain_sea",
            "year": int(today()[:4]),
            "indicator": indicator,
            "amount": amount,
        }
        self.ask(AUTHORITY, "POST", "/v1/targets", body)

    def claim(self, opportunity: dict[str, Any], amount: float, share: float | None = None) -> None:
        """Funds of today that the bureau claims; confirmed and recognised where a share is given."""
        rows = self.ask(BUREAU, "GET", "/v1/pairings", params={"region_code": BUREAU, "limit": 100})["items"]
        (pairing,) = [row["id"] for row in rows if row["partner_region_code"] == COUNTY]
        body = {
            "pairing_id": pairing,
            "opportunity_id": opportunity["id"],
            "measure": "funds_in_place",
            "component": "fixed_asset",
            "amount": amount,
            "occurred_on": today(),
            "evidence": [{"source": "验资报告", "document_no": "庆验〔2026〕12号"}],
        }
        path = f"/v1/ledger-entries/{self.ask(BUREAU, 'POST', '/v1/ledger-entries', body)['id']}"
        if share is not None:
            self.ask(COUNTY, "POST", f"{path}/confirm")
            self.ask(AUTHORITY, "POST", f"{path}/recognise", {"eligible_share": share})
