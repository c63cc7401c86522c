"""Records what the repository shows of the demo: an example for each operation, and the README's picture.

Run ``.venv/bin/python -m tests.record_demo`` after a change of a request, an answer or the ranking; a test
says when that is due. Ids, instants and cursors are replaced by fixed ones: only what changed differs then.
It writes service/api/examples.json and docs/images/ranked-table.svg.
"""

from __future__ import annotations

import json
import re
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from service import demo, ranked_table
from service.api.document import EXAMPLES
from service.app import create_app
from service.database import Database, open_database
from service.domain.profiles import EXAMPLE as PROFILE
from service.domain.projects import EXAMPLE as PROJECT
from service.schema import migrate
from service.settings import Settings
from tests.record_alerts import alerts
from tests.record_assessment import record_assessment
from tests.record_exports import exports
from tests.record_imports import record_imports
from tests.record_jobs import jobs_and_files
from tests.record_ledger import record_ledger
from tests.record_promotion import promotion

_ID = re.compile(r"\b([a-z]{3})_[0-9a-z]{20,}")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
_SECRET = re.compile(r"\b(sh[kq])_[0-9a-f]{12}_[\w-]{43}")
_SIGNS_WEBHOOKS = re.compile(r"\bwhsec_[A-Za-z0-9+/]{43}=")
_PASSWORD = re.compile(r"\b[a-z2-9]{5}(-[a-z2-9]{5}){3}\b")
_SIGNED = re.compile(r"expires=\d+&signature=[0-9a-f]{64}")
_HASH = re.compile(r"\b[0-9a-f]{64}\b")
_CURSOR = "WyJkZW1vIl0"
PICTURE = Path(__file__).resolve().parent.parent / "docs" / "images" / "ranked-table.svg"


class Recorder:
    """Asks the demo as one organisation or another, and keeps what was said under the operation's id."""

    def __init__(self, client: TestClient, secrets: dict[str, str]) -> None:
        self.client = client
        self.secrets = secrets
        self.examples: dict[str, dict[str, Any]] = {}
        self._ids: dict[str, str] = {}

    def waiting(self, who: str, method: str, path: str, body: Any) -> dict[str, Any]:
        """The approval that a request has to wait for."""
        headers = {"Authorization": f"Bearer {self.secrets[who]}", "If-Match": "*"}
        answer = self.client.request(method, path, json=body, headers=headers)
        assert answer.status_code == 202, answer.text
        return dict(answer.json())

    def ask(self, name: str, who: str | None, method: str, path: str, body: Any = None, **more: Any) -> Any:
        """One request; its body and answer become the example of operation ``name``.

        ``who`` None comes with the cookie that the client holds.
        """
        headers = {"If-Match": "*", **more.pop("headers", {})}
        if who is not None:
            headers["Authorization"] = f"Bearer {self.secrets[who]}"
        answer = self.client.request(method, path, json=body, headers=headers, **more)
        assert answer.is_success, (name, answer.text)
        is_json = answer.headers.get("content-type", "").startswith("application/json")
        said = answer.json() if is_json and answer.content else None
        example: dict[str, Any] = {}
        if body is not None:
            example["request"] = self._fixed(body)
        if said is not None:
            example["response"] = self._fixed(said)
        self.examples[name] = example
        return said

    def sent(self, who: str, method: str, path: str, content: bytes, media_type: str) -> dict[str, Any]:
        """The example of an operation that takes a file: its answer alone."""
        headers = {
            "Authorization": f"Bearer {self.secrets[who]}",
            "If-Match": "*",
            "Content-Type": media_type,
        }
        answer = self.client.request(method, path, content=content, headers=headers)
        assert answer.is_success, answer.text
        return {"response": self._fixed(answer.json())}

    def _fixed(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self._member(name, member) for name, member in value.items()}
        if isinstance(value, list):
            return [self._fixed(member) for member in value]
        if isinstance(value, str):
            value = _ID.sub(lambda found: self._numbered(found[0]), value)
            value = _INSTANT.sub("2026-11-23T08:00:00.000000Z", value)
            value = _SIGNED.sub(f"expires=1806508800&signature={'0' * 64}", value)
            value = _SECRET.sub(lambda found: f"{found[1]}_000000000000_" + "0" * 43, value)
            value = _SIGNS_WEBHOOKS.sub(f"whsec_{'0' * 43}=", value)
            value = _HASH.sub("0" * 64, value)
            value = _PASSWORD.sub("k3m9x-p7wqd-hv2ct-8gnry", value)
        return value

    def _member(self, name: str, value: Any) -> Any:
        if name == "next_cursor" and value is not None:
            return _CURSOR
        if name == "items":
            value = value[:1]
        if name == "as_of" and len(str(value)) == len("2026-11-23"):
            return "2026-11-23"
        if name == "expires_at" and value is not None:
            return "2027-03-31T16:00:00.000000Z"
        return self._fixed(value)

    def _numbered(self, found: str) -> str:
        prefix = found[:3]
        return self._ids.setdefault(found, f"{prefix}_{len(self._ids):026d}")


def record(client: TestClient, secrets: dict[str, str]) -> dict[str, dict[str, Any]]:
    """One example of every operation, by a walk through the main job."""
    recorder = Recorder(client, secrets)
    ask, bureau, county, platform = recorder.ask, "330421", "331126", "platform"
    patch = {"headers": {"Content-Type": "application/merge-patch+json"}}
    project = ask("create_project", bureau, "POST", "/v1/projects", PROJECT)
    profile = ask("create_profile", county, "POST", "/v1/profiles", PROFILE)
    mine, place = f"/v1/projects/{project['id']}", f"/v1/profiles/{profile['id']}"
    ask("list_projects", bureau, "GET", "/v1/projects", params={"limit": 1})
    ask("get_project", bureau, "GET", mine)
    ask("replace_project", bureau, "PUT", mine, PROJECT)
    ask("change_project", bureau, "PATCH", mine, {"land_mu": 50, "coating": None}, **patch)
    ask("list_profiles", county, "GET", "/v1/profiles", params={"own": True, "limit": 1})
    ask("get_profile", county, "GET", place)
    ask("replace_profile", county, "PUT", place, PROFILE)
    ask(
        "change_profile",
        county,
        "PATCH",
        place,
        {"land_mu": 80, "quantities": {"dormitory_beds": 120}},
        **patch,
    )
    ask("list_profile_versions", county, "GET", f"{place}/versions", params={"limit": 1})
    entered = {**PROFILE, "site_name": "庆元代填产业园"}
    unconfirmed = ask("create_profile", bureau, "POST", "/v1/profiles", entered)
    ask("confirm_profile", county, "POST", f"/v1/profiles/{unconfirmed['id']}/confirmation")
    ask("create_profile", county, "POST", "/v1/profiles", {**PROFILE, "site_name": "庆元竹木产业园三期"})
    ask("list_project_matches", bureau, "GET", f"{mine}/matches", params={"limit": 1, "include": "stability"})
    query = {
        "project_id": project["id"],
        "weights": {"land": 0.3, "industry": 0.4},
        "filters": {"province": "浙江省", "site_kinds": ["industrial_park", "development_zone"]},
        "limit": 1,
        "include": ["exclusions"],
    }
    ask("query_matches", bureau, "POST", "/v1/match-queries", query)
    ask("list_project_exclusions", bureau, "GET", f"{mine}/exclusions", params={"limit": 1})
    ask("get_project_match", bureau, "GET", f"{mine}/matches/{profile['id']}")
    ask("get_project_supply_chain", bureau, "GET", f"{mine}/supply-chain", params={"limit": 1})
    outcome = {
        "project_id": project["id"],
        "profile_id": profile["id"],
        "result": "refused",
        "reason_code": "power_short",
        "decided_on": "2026-11-20",
        "note": "变电站扩容要到明年底",
    }
    recorded = ask("create_outcome", bureau, "POST", "/v1/outcomes", outcome)
    ask("list_outcomes", bureau, "GET", "/v1/outcomes", params={"limit": 1})
    ask("get_outcome", bureau, "GET", f"/v1/outcomes/{recorded['id']}")
    ask("list_profile_matches", county, "GET", f"{place}/matches", params={"limit": 1})
    record_holds(recorder, project["id"], profile["id"])
    promotion(recorder, project["id"], profile["id"])
    jobs_and_files(recorder)
    record_imports(recorder)
    record_ledger(recorder)
    record_assessment(recorder, project["organisation_id"])
    alerts(recorder, project["id"])
    exports(recorder)
    ask("delete_profile", county, "DELETE", place)
    ask("delete_project", bureau, "DELETE", mine)
    for name in ("criteria", "rules", "industries", "measures", "quantities", "zones"):
        ask(f"list_{name}", bureau, "GET", f"/v1/{name}")
    ask("list_regions", bureau, "GET", "/v1/regions", params={"q": "庆元"})
    ask("get_region", bureau, "GET", "/v1/regions/331126")
    ask("get_model", bureau, "GET", "/v1/model")
    organisation = {"name": "云和县", "kind": "county", "region_code": "331125"}
    ask("list_organisations", bureau, "GET", "/v1/organisations", params={"region_code": "331126"})
    made = ask("create_organisation", platform, "POST", "/v1/organisations", organisation)
    ask("get_organisation", bureau, "GET", f"/v1/organisations/{made['id']}")
    named = {"name": "云和县人民政府"}
    ask("change_organisation", platform, "PATCH", f"/v1/organisations/{made['id']}", named, **patch)
    pairing = {
        "supporting_region_code": "330421",
        "partner_region_code": "331125",
        "programme": "mountain_sea",
        "since": "2026-01-01",
        "evidence": "explicit",
        "source": "示例：结对协议",
    }
    ask("list_pairings", bureau, "GET", "/v1/pairings", params={"region_code": "330421"})
    paired = ask("create_pairing", bureau, "POST", "/v1/pairings", pairing)
    ask("get_pairing", bureau, "GET", f"/v1/pairings/{paired['id']}")
    ended = {"until": "2026-12-31"}
    ask("change_pairing", bureau, "PATCH", f"/v1/pairings/{paired['id']}", ended, **patch)
    ask("delete_pairing", bureau, "DELETE", f"/v1/pairings/{paired['id']}")
    wanted = {"organisation_id": project["organisation_id"], "name": "大屏", "scopes": ["matches:read"]}
    key = ask("create_key", bureau, "POST", "/v1/keys", wanted)
    ask("list_keys", bureau, "GET", "/v1/keys")
    ask("get_key", bureau, "GET", f"/v1/keys/{key['id']}")
    ask("revoke_key", bureau, "DELETE", f"/v1/keys/{key['id']}")
    _people(recorder, project["organisation_id"])
    (event,) = ask(
        "list_audit_events", bureau, "GET", "/v1/audit-events", params={"action": "hold.release", "limit": 1}
    )["items"]
    ask("get_audit_event", bureau, "GET", f"/v1/audit-events/{event['sequence']}")
    ask("livez", bureau, "GET", "/livez")
    ask("readyz", bureau, "GET", "/readyz")
    return recorder.examples


def _people(recorder: Recorder, organisation_id: str) -> None:
    """A clerk submits, an approver approves; the secrets of both are kept under their user names."""
    ask, bureau = recorder.ask, "330421"
    patch = {"headers": {"Content-Type": "application/merge-patch+json"}}
    settings = f"/v1/organisations/{organisation_id}/settings"
    ask("get_organisation_settings", bureau, "GET", settings)
    oidc = {
        "issuer": "https://login.example.cn",
        "audience": "shanhai",
        "jwks_uri": "https://login.example.cn/keys",
    }
    wanted = {"second_person_for": ["profile.publish"], "oidc": oidc}
    ask("change_organisation_settings", bureau, "PATCH", settings, wanted, **patch)
    new = {"organisation_id": organisation_id, "name": "张三", "user_name": "zhang.san", "role": "clerk"}
    clerk = ask("create_person", bureau, "POST", "/v1/people", new)
    approver = ask(
        "create_person",
        bureau,
        "POST",
        "/v1/people",
        {**new, "name": "李四", "user_name": "li.si", "role": "viewer", "oidc_subject": "s-1024"},
    )
    ask("list_people", bureau, "GET", "/v1/people", params={"limit": 1})
    ask("get_person", bureau, "GET", f"/v1/people/{clerk['id']}")
    ask("change_person", bureau, "PATCH", f"/v1/people/{clerk['id']}", {"name": "张三丰"}, **patch)
    ask("grant_role", bureau, "POST", f"/v1/people/{approver['id']}/role", {"role": "approver"})
    for person in (clerk, approver):
        _signed_in(recorder, person)
    body = {**PROFILE, "region_code": "330421", "site_name": "嘉善科创园"}
    place = ask("create_profile", "zhang.san", "POST", "/v1/profiles", {**body, "status": "draft"})
    path = f"/v1/profiles/{place['id']}"

    for name in ("return_submission", "withdraw_submission", "approve_submission"):
        waiting = recorder.waiting("zhang.san", "PUT", path, body)

        who = "zhang.san" if name.startswith("withdraw") else "li.si"
        comment = {"comment": "用电容量请附供电局回函文号"} if name.startswith("return") else None
        ask(name, who, "POST", f"/v1/approvals/{waiting['id']}/{name.partition('_')[0]}", comment)
    recorder.waiting("zhang.san", "PATCH", path, {"land_mu": 60})
    ask("list_approvals", "li.si", "GET", "/v1/approvals", params={"state": "submitted", "limit": 1})
    waiting = recorder.waiting("zhang.san", "POST", "/v1/profiles", {**body, "site_name": "嘉善科创园二期"})
    ask("get_approval", "li.si", "GET", f"/v1/approvals/{waiting['id']}")
    ask("disable_person", bureau, "POST", f"/v1/people/{clerk['id']}/disable")
    ask("enable_person", bureau, "POST", f"/v1/people/{clerk['id']}/enable")


def _signed_in(recorder: Recorder, person: dict[str, Any]) -> None:
    """Sign in, change the temporary password, make a personal key, and go on with that."""
    ask, who = recorder.ask, person["user_name"]
    own = {"X-Requested-With": "shanhai"}
    body = {"user_name": who, "password": person["temporary_password"]}
    ask("create_session", None, "POST", "/v1/sessions", body)
    new = {"old_password": person["temporary_password"], "new_password": "four new secret words"}
    ask("set_password", None, "POST", f"/v1/people/{person['id']}/password", new, headers=own)
    ask("get_current_session", None, "GET", "/v1/sessions/current")
    wanted = {"name": "大屏", "scopes": []}
    key = ask("create_personal_key", None, "POST", "/v1/personal-keys", wanted, headers=own)
    ask("list_personal_keys", None, "GET", "/v1/personal-keys")
    ask("get_personal_key", None, "GET", f"/v1/personal-keys/{key['id']}")
    other = ask("create_personal_key", None, "POST", "/v1/personal-keys", wanted, headers=own)
    ask("revoke_personal_key", None, "DELETE", f"/v1/personal-keys/{other['id']}", headers=own)
    ask("delete_current_session", None, "DELETE", "/v1/sessions/current", headers=own)
    recorder.client.cookies.clear()
    recorder.secrets[who] = key["secret"]


def record_holds(recorder: Recorder, project_id: str, profile_id: str) -> None:
    """Examples of holds and capacity pools: one hold for each way in which it can end."""
    ask, bureau, county, patch = (
        recorder.ask,
        "330421",
        "331126",
        {"headers": {"Content-Type": "application/merge-patch+json"}},
    )
    pool = {
        "name": "110 千伏竹溪变电站",
        "quantity": "power_kva",
        "capacity": 6000,
        "members": [profile_id],
    }
    shared = ask("create_pool", county, "POST", "/v1/capacity-pools", pool)
    address = f"/v1/capacity-pools/{shared['id']}"
    ask("list_pools", county, "GET", "/v1/capacity-pools")
    ask("get_pool", county, "GET", address)
    ask("replace_pool", county, "PUT", address, pool)
    ask("change_pool", county, "PATCH", address, {"capacity": 8000}, **patch)
    ask("delete_pool", county, "DELETE", address)
    wanted = {"project_id": project_id, "profile_id": profile_id, "land_mu": 40, "power_kva": 1250}
    held = ask("create_hold", bureau, "POST", "/v1/holds", wanted)
    mine = f"/v1/holds/{held['id']}"
    ask("grant_hold", county, "POST", f"{mine}/grant")
    ask("list_holds", bureau, "GET", "/v1/holds", params={"limit": 1})
    ask("get_hold", bureau, "GET", mine)
    later = (datetime.now(UTC) + timedelta(days=90)).isoformat()
    ask("extend_hold", county, "POST", f"{mine}/extend", {"expires_at": later})
    ask("commit_hold", county, "POST", f"{mine}/commit", {"documents": {"land_mu": "庆土让〔2026〕12号"}})
    ask("release_hold", bureau, "POST", f"{mine}/release", {"reason": "改用另一处供电"})


def draw(database: Database, entered: demo.Entered, path: Path) -> None:
    """The ranked table of a fresh demo as a picture."""
    canvas = ranked_table.canvas()
    ranked_table.show(canvas, database, entered.project_id, entered.bureau, limit=10, language="zh")
    ranked_table.draw(canvas, path)


def main() -> None:
    """Enter the demo in a directory of its own, ask, and write the file."""
    with tempfile.TemporaryDirectory() as directory:
        settings = Settings(data_dir=Path(directory), database_url="", pool_size=4)
        database = open_database(settings.url)
        migrate(database)
        draw(database, demo.enter(database, settings.data_dir), PICTURE)
        secrets = json.loads((settings.data_dir / demo.KEY_FILE).read_text(encoding="utf-8"))
        with TestClient(create_app(settings)) as client:
            examples = record(client, secrets)
        database.engine.dispose()
    text = json.dumps(examples, ensure_ascii=False, indent=1, sort_keys=True)
    EXAMPLES.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
