"""The Makefile's goals, the build server's script and the locks do what they say."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("run", "dev", "build")


def _run(*command: str | Path, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command free of what `make test` and a developer's shell have set."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("SHANHAI_", "MAKE", "MFLAGS", "PYTHON")) and name not in {"PORT", "DATA_DIR"}
    }
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=inherited | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def rehearsal(tmp_path: Path) -> Path:
    """A checkout in which everything is installed already and `shanhai` only says how it was called."""
    for name in ("Makefile", "pyproject.toml", ".ci/run", *(f"requirements/{lock}.txt" for lock in LOCKS)):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    program = tmp_path / ".venv" / "bin" / "shanhai"
    program.parent.mkdir(parents=True)
    program.write_text('#!/bin/sh\necho "$@ $SHANHAI_PORT $SHANHAI_DATA_DIR $SHANHAI_WORKERS"\n')
    program.chmod(0o755)
    for stamp in ("created", "run", "dev"):
        (tmp_path / ".venv" / f"{stamp}.stamp").touch()
    return tmp_path


def test_make_alone_explains_every_goal(rehearsal: Path) -> None:
    told = _run("make", cwd=rehearsal).stdout
    phony = re.search(r"^\.PHONY:(.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony is not None
    assert set(re.findall(r"^  make (\S+) +\S", told, re.MULTILINE)) == set(phony[1].split())


@pytest.mark.parametrize(
    ("given", "environment", "port", "place"),
    [
        ([], {}, "8000", "data"),
        (["PORT=9123", "DATA_DIR=/tmp/my place"], {}, "9123", "/tmp/my place"),
        ([], {"PORT": "9123", "DATA_DIR": "there"}, "9123", "there"),
        ([], {"SHANHAI_PORT": "9124", "SHANHAI_DATA_DIR": "here"}, "9124", "here"),
        (["PORT=9123"], {"SHANHAI_PORT": "9124"}, "9123", "data"),
    ],
)
def test_make_run_shows_the_demo_and_then_serves_with_one_worker(
    rehearsal: Path, given: list[str], environment: dict[str, str], port: str, place: str
) -> None:
    told = _run("make", "run", *given, cwd=rehearsal, **environment)
    assert told.stdout.splitlines() == [f"demo {port} {place} 1", f"serve {port} {place} 1"], told.stderr


def test_a_failing_demo_is_not_served(rehearsal: Path) -> None:
    (rehearsal / ".venv" / "bin" / "shanhai").write_text('#!/bin/sh\necho "$1"\n[ "$1" != demo ]\n')
    told = _run("make", "run", cwd=rehearsal)
    assert told.returncode != 0
    assert told.stdout.split()[0] == "demo"
    assert "serve" not in told.stdout.split()


@pytest.mark.parametrize("stamp", ["run", "dev"])
def test_only_a_changed_lock_is_installed_again(rehearsal: Path, stamp: str) -> None:
    question = ("make", "--question", f".venv/{stamp}.stamp")
    assert _run(*question, cwd=rehearsal).returncode == 0
    later = (rehearsal / ".venv" / "dev.stamp").stat().st_mtime + 10
    os.utime(rehearsal / "requirements" / f"{stamp}.txt", (later, later))
    assert _run(*question, cwd=rehearsal).returncode == 1


def test_the_build_server_runs_what_a_developer_runs(rehearsal: Path) -> None:
    make = rehearsal / "programs" / "make"
    make.parent.mkdir()
    make.write_text('#!/bin/sh\necho "called: $*"\n[ "$1" != "$FAILS" ]\n')
    make.chmod(0o755)
    path = f"{make.parent}:{os.environ['PATH']}"
    passed = _run(rehearsal / ".ci" / "run", cwd=rehearsal.parent, PATH=path, FAILS="")
    assert re.findall("called: (.*)", passed.stdout) == ["check", "test"]
    assert passed.returncode == 0
    failed = _run(rehearsal / ".ci" / "run", cwd=rehearsal.parent, PATH=path, FAILS="check")
    assert failed.returncode != 0
    assert "test" not in re.findall("called: (.*)", failed.stdout)


def _without_npm(directory: Path) -> Path:
    """A directory with the few programs that the goal needs, and without npm."""
    directory.mkdir()
    for name in ("make", "sh", "touch"):
        found = shutil.which(name)
        assert found is not None
        (directory / name).symlink_to(found)
    return directory


@pytest.mark.parametrize("failing", ["", "lint", "types", "compile"])
def test_a_fault_of_the_openapi_document_fails_the_check(rehearsal: Path, failing: str) -> None:
    programs = _without_npm(rehearsal / "programs")
    (programs / "npm").write_text(
        '#!/bin/sh\nfor last; do :; done\necho "did $last"\n[ "$last" != "$FAILS" ]\n'
    )
    (programs / "npm").chmod(0o755)
    (rehearsal / "openapi" / "node_modules").mkdir(parents=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(ROOT / "openapi" / name, rehearsal / "openapi" / name)
    told = _run("make", "check-types", cwd=rehearsal, PATH=str(programs), FAILS=failing)
    done = re.findall("did (lint|types|compile)", told.stdout)
    expected = ["lint", "types", "compile"]
    assert done == (expected[: expected.index(failing) + 1] if failing else expected), told.stderr
    assert (told.returncode == 0) is (failing == "")


def test_without_npm_the_check_says_what_it_skips_and_fails_on_a_build_server(rehearsal: Path) -> None:
    programs = str(_without_npm(rehearsal / "programs"))
    (rehearsal / "openapi").mkdir()
    at_home = _run("make", "check-types", cwd=rehearsal, PATH=programs, CI="")
    assert at_home.returncode == 0
    assert "SKIPPED: npm is missing" in at_home.stderr
    on_server = _run("make", "check-types", cwd=rehearsal, PATH=programs, CI="true")
    assert on_server.returncode != 0
    assert "CI must have npm" in on_server.stderr


# The locks


def _pins(lock: str) -> set[tuple[str, str]]:
    """Names and versions; a package may stand twice, for different versions of Python."""
    text = (ROOT / "requirements" / f"{lock}.txt").read_text()
    return set(re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==(\S+)", text, re.MULTILINE))


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_everything_by_hash_and_names_no_host_or_path(lock: str) -> None:
    text = (ROOT / "requirements" / f"{lock}.txt").read_text()
    entries = re.split(r"\n(?=[A-Za-z0-9])", "\n" + text)[1:]
    assert len(entries) == len(_pins(lock)) > 0
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []
    assert re.findall(r"://|^\s*--(?!hash)\S+|^-\S+|@ |[ =]/\S+", text, re.MULTILINE) == []


def test_no_package_has_two_versions_in_two_locks() -> None:
    everything = _pins("dev")
    for lock in ("run", "build"):
        assert _pins(lock) <= everything


def test_the_npm_lock_names_no_registry_and_hashes_everything() -> None:
    packages = json.loads((ROOT / "openapi" / "package-lock.json").read_text())["packages"]
    packages.pop("")
    assert len(packages) > 10
    assert [name for name, entry in packages.items() if "resolved" in entry] == []
    assert [
        name for name, entry in packages.items() if "integrity" not in entry and "inBundle" not in entry
    ] == []


@pytest.mark.parametrize("goal", ["bench", "bench-full"])
def test_the_benchmarks_install_their_peers_before_they_run(rehearsal: Path, goal: str) -> None:
    shutil.copy(ROOT / "requirements/bench.txt", rehearsal / "requirements/bench.txt")
    told = _run("make", "--dry-run", goal, cwd=rehearsal).stdout
    assert told.index("--require-hashes -r requirements/bench.txt") < told.index("-m benchmarks")


@pytest.mark.parametrize("failing", ["", "build", "test"])
def test_a_fault_of_the_console_fails_the_check_and_does_not_keep_the_service_from_running(
    rehearsal: Path, failing: str
) -> None:
    programs = _without_npm(rehearsal / "programs")
    (programs / "find").symlink_to(str(shutil.which("find")))
    (programs / "npm").write_text(
        "#!/bin/sh\nfor word; do case $word in build|test) "
        'echo "did $word"; [ "$word" != "$FAILS" ] || exit 1;; esac; done\n'
        "mkdir -p ../service/console ../web/node_modules && touch ../service/console/index.html\n"
    )
    (programs / "npm").chmod(0o755)
    (programs / "mkdir").symlink_to(str(shutil.which("mkdir")))
    for name in (
        "package.json",
        "package-lock.json",
        ".npmrc",
        "index.html",
        "vite.config.ts",
        "limits.js",
        "tsconfig.json",
    ):
        (rehearsal / "web").mkdir(exist_ok=True)
        shutil.copy(ROOT / "web" / name, rehearsal / "web" / name)
    (rehearsal / "openapi").mkdir()
    (rehearsal / "openapi" / "openapi.json").touch()
    checked = _run("make", "check-web", cwd=rehearsal, PATH=str(programs), FAILS=failing)
    assert (checked.returncode == 0) is (failing == ""), checked.stderr
    assert re.findall("did (build|test)", checked.stdout) == {"build": ["build"]}.get(
        failing, ["build", "test"]
    )
    served = _run("make", "run", cwd=rehearsal, PATH=str(programs), FAILS=failing)
    assert served.stdout.splitlines() == ["demo 8000 data 1", "serve 8000 data 1"]


def _chromium_where_apt_is(
    rehearsal: Path, have: set[str], user: int, **environment: str
) -> tuple[int, str, str]:
    """Status, output and what was said of the goal, on a machine that has these programs besides."""
    programs = _without_npm(rehearsal / "programs")
    for name in ("env", "true"):
        (programs / name).symlink_to(str(shutil.which(name)))
    scripts = {
        "id": f"echo {user}",
        "chromium": "true",
        "apt-get": 'echo "apt-get $*"',
        "sudo": '[ "$1" = -n ] && shift && echo "as root: $*" >&2 && "$@"',
    }
    for name in have | {"id"}:
        (programs / name).write_text(f"#!/bin/sh\n{scripts[name]}\n")
        (programs / name).chmod(0o755)
    told = _run("make", "chromium-where-apt-is", cwd=rehearsal, PATH=str(programs), **environment)
    return told.returncode, told.stdout, told.stderr


@pytest.mark.parametrize(
    ("have", "environment"), [({"chromium", "apt-get"}, {}), ({"apt-get"}, {"SHANHAI_TEST_BROWSER": "mine"})]
)
def test_a_browser_that_is_there_is_used_without_a_word(
    rehearsal: Path, have: set[str], environment: dict[str, str]
) -> None:
    assert _chromium_where_apt_is(rehearsal, have, 0, CI="true", **environment) == (0, "", "")


@pytest.mark.parametrize(("user", "have"), [(0, {"apt-get"}), (1000, {"apt-get", "sudo"})])
def test_a_browser_that_is_missing_is_installed_with_fonts_for_chinese(
    rehearsal: Path, user: int, have: set[str]
) -> None:
    status, _, said = _chromium_where_apt_is(rehearsal, have, user, CI="true")
    calls = re.findall(r"^apt-get (\w+).*?(?: (chromium) (fonts-noto-cjk))?$", said, re.MULTILINE)
    assert (status, calls) == (0, [("update", "", ""), ("install", "chromium", "fonts-noto-cjk")]), said


@pytest.mark.parametrize("have", [set(), {"apt-get"}])
def test_a_browser_that_cannot_be_installed_is_said_and_fails_on_a_build_server(
    rehearsal: Path, have: set[str]
) -> None:
    status, _, said = _chromium_where_apt_is(rehearsal, have, 1000, CI="")
    assert (status, said.count("\n")) == (0, 1)
    assert said.startswith("SKIPPED: Chromium is missing")


def test_without_a_browser_a_build_server_fails(rehearsal: Path) -> None:
    status, _, said = _chromium_where_apt_is(rehearsal, set(), 1000, CI="true")
    assert status != 0
    assert "CI must have it" in said


def test_the_console_and_a_browser_are_there_before_the_tests_begin(rehearsal: Path) -> None:
    told = _run("make", "--dry-run", "test", cwd=rehearsal).stdout
    assert max(told.index("web >&2"), told.index("fonts-noto-cjk")) < told.index("-m pytest")
