"""What one process holds, every other offers no more: from its very next ranking, and until the hold ends."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from service.settings import Settings
from tests.conftest import PROFILE, PROJECT
from tests.processes.conftest import Keys
from tests.processes.serving import PLAIN, prepared


def _ask(client: httpx.Client, who: dict[str, str], method: str, path: str, body: Any = None) -> Any:
    answer = client.request(method, path, json=body, headers={"If-Match": "*", **who})
    assert answer.is_success, answer.text
    return answer.json()


def _land(client: httpx.Client, who: dict[str, str], ranking: str) -> float:
    (item,) = _ask(client, who, "GET", ranking)["items"]
    (offer,) = [line["offer"] for line in item["contributions"] if line["criterion"] == "land"]
    return float(offer)


def test_a_hold_at_one_worker_is_net_in_the_very_next_ranking_of_the_other_until_it_lapses(
    settings: Settings, keys_of: Keys, tmp_path: Path
) -> None:
    with (
        prepared(settings.url, tmp_path) as (one, _),
        prepared(settings.url, tmp_path) as (other, _),
        httpx.Client(base_url=one, timeout=30, verify=PLAIN) as here,
        httpx.Client(base_url=other, timeout=30, verify=PLAIN) as there,
    ):
        place = _ask(here, keys_of.county, "POST", "/v1/profiles", PROFILE)
        asked, held = (
            _ask(here, keys_of.bureau, "POST", "/v1/projects", {**PROJECT, "visibility": "public"})
            for _ in range(2)
        )
        ranking = f"/v1/projects/{asked['id']}/matches"
        body = {"project_id": held["id"], "profile_id": place["id"]}
        for land_mu, (writer, reader) in enumerate([(here, there), (there, here)] * 5, start=1):
            made = _ask(writer, keys_of.county, "POST", "/v1/holds", {**body, "land_mu": land_mu})
            # The first goes the ordinary way, the second is answered from memory.
            assert [_land(reader, keys_of.bureau, ranking) for _ in range(2)] == [120 - land_mu] * 2
            _ask(writer, keys_of.county, "POST", f"/v1/holds/{made['id']}/release", {"reason": "试"})
            assert _land(reader, keys_of.bureau, ranking) == 120
        ends = datetime.now(UTC) + timedelta(seconds=1.5)
        _ask(
            here, keys_of.county, "POST", "/v1/holds", {**body, "land_mu": 50, "expires_at": ends.isoformat()}
        )
        assert [_land(client, keys_of.bureau, ranking) for client in (here, there, there)] == [70, 70, 70]
        time.sleep(max(0.0, (ends - datetime.now(UTC)).total_seconds()) + 0.05)
        assert [_land(client, keys_of.bureau, ranking) for client in (there, there, here)] == [120] * 3
