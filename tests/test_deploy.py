"""The wheel, the image, the composition and the proxy do what the deployment guide says."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import tomllib
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import uvicorn
import yaml

from service.jobs.handlers import LANES
from service.settings import Settings

ROOT = Path(__file__).resolve().parent.parent


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


# The wheel


def test_the_wheel_carries_migrations_and_reference_data(tmp_path: Path) -> None:
    wheels, fresh = tmp_path / "wheels", tmp_path / "fresh"
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check")
    made = _run(*pip, "wheel", "--no-deps", "--no-index", "--no-build-isolation", "--wheel-dir", wheels, ROOT)
    assert made.returncode == 0, made.stderr
    venv.create(fresh, with_pip=False)
    python = fresh / "bin" / "python"
    (wheel,) = wheels.glob("shanhai-*.whl")
    installed = _run(*pip, "--python", python, "install", "--no-deps", "--no-index", wheel)
    assert installed.returncode == 0, installed.stderr
    # Requirements come from the environment of the tests; its own link to the checkout does not, as
    # a directory that a .pth file names is searched, but the .pth files in it are not read.
    (packages,) = fresh.glob("lib/python*/site-packages")
    (packages / "requirements.pth").write_text(str(Path(yaml.__file__).parent.parent))
    # One process for all questions, as loading the service takes seconds.
    program = (
        "import runpy, sys;"
        "from alembic.script import ScriptDirectory; from service import reference, schema;"
        "print(schema.__file__); print(ScriptDirectory.from_config(schema.config()).get_current_head());"
        "print(len(reference.zones()), len(reference.regions()) > 3000, len(reference.rules()) > 0);"
        "sys.argv[1:] = ['--help']; runpy.run_path(sys.prefix + '/bin/shanhai', run_name='__main__')"
    )
    told = _run(python, "-c", program, cwd=tmp_path)
    assert told.returncode == 0, told.stderr
    place, head, counts, helped = told.stdout.split("\n", 3)
    assert Path(place).is_relative_to(fresh)
    assert head not in {"", "None"}
    assert counts == "2543 True True"
    assert {"serve", "migrate", "demo"} <= set(helped.split())


# The image


@pytest.fixture(scope="module")
def image() -> dict[str, list[str]]:
    """Each instruction of the Dockerfile with its arguments, in order."""
    text = re.sub(r"^\s*#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    found: dict[str, list[str]] = {}
    for line in text.replace("\\\n", " ").splitlines():
        name, _, rest = line.strip().partition(" ")
        if name:
            found.setdefault(name, []).append(" ".join(rest.split()))
    return found


def test_what_the_image_copies_is_there_and_nothing_else_is_sent(image: dict[str, list[str]]) -> None:
    copied = {
        source for copy in image["COPY"] if not copy.startswith("--from") for source in copy.split()[:-1]
    }
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    assert "*" in lines
    assert {line[1:] for line in lines if line.startswith("!")} == copied
    assert [source for source in copied if not (ROOT / source).exists()] == []


def test_the_image_serves_without_root_and_keeps_its_data_in_a_volume(image: dict[str, list[str]]) -> None:
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", image["USER"][-1])
    assert "SHANHAI_HOST=0.0.0.0" in image["ENV"][-1]
    assert f"SHANHAI_DATA_DIR={image['VOLUME'][-1]}" in image["ENV"][-1]
    assert f"SHANHAI_PORT={image['EXPOSE'][-1]}" in image["ENV"][-1]
    command = json.loads(image["CMD"][-1])[-1]
    assert command == "shanhai migrate && exec shanhai serve"


@contextmanager
def _answering(status: int) -> Iterator[int]:
    """A server that answers /readyz with this status and everything else with 404; its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/readyz" else 404)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            del format, args

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(("status", "is_healthy"), [(200, True), (503, False), (404, False)])
def test_the_container_is_healthy_when_the_service_is_ready(
    image: dict[str, list[str]], status: int, is_healthy: bool
) -> None:
    python, *arguments = json.loads(image["HEALTHCHECK"][-1].partition("CMD ")[2])
    assert python == "python"
    with _answering(status) as port:
        # A proxy in the environment must not be asked for this very container.
        checked = _run(sys.executable, *arguments, SHANHAI_PORT=str(port), http_proxy="http://127.0.0.1:9")
    assert (checked.returncode == 0) is is_healthy, checked.stderr


# The composition


@pytest.fixture(scope="module")
def composition() -> dict[str, Any]:
    """deploy/compose.yaml, its anchors resolved."""
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())
    return loaded


def test_no_secret_has_a_default_and_every_variable_is_explained() -> None:
    text = (ROOT / "deploy" / "compose.yaml").read_text()
    explained = (ROOT / "deploy" / ".env.example").read_text()
    variables = re.findall(r"\$\{(\w+)(:?[-?][^}]*)?\}", text)
    assert {name for name, _ in variables} == set(re.findall(r"^#?([A-Z_]+)=", explained, re.MULTILINE))
    secrets = [(name, rest) for name, rest in variables if re.search("PASSWORD|SECRET|KEY", name)]
    assert secrets
    assert [name for name, rest in secrets if not rest.startswith(":?")] == []
    assert re.findall(r"^POSTGRES_PASSWORD=(.*)$", explained, re.MULTILINE) == [""]


def test_the_service_starts_after_the_migration_and_that_after_a_healthy_database(
    composition: dict[str, Any],
) -> None:
    services = composition["services"]
    assert services["migrate"]["depends_on"]["database"]["condition"] == "service_healthy"
    assert services["migrate"]["command"] == ["shanhai", "migrate"]
    assert services["service"]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    assert services["proxy"]["depends_on"]["service"]["condition"] == "service_healthy"
    assert services["jobs"]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    assert services["jobs"]["command"][:2] == ["shanhai", "work"]


def test_only_the_proxy_is_reached_from_outside(composition: dict[str, Any]) -> None:
    services = composition["services"]
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
    assert composition["networks"]["inside"] == {"internal": True}
    assert [name for name, service in services.items() if service["networks"] != ["inside"]] == ["proxy"]


def test_the_workers_leave_connections_for_migrations_and_operators(composition: dict[str, Any]) -> None:
    environment = composition["services"]["service"]["environment"]
    used = int(environment["SHANHAI_WORKERS"]) * int(environment["SHANHAI_POOL_SIZE"])
    # Of each thread three, and two beside; three such processes.
    threads = len(LANES) * int(composition["services"]["jobs"]["command"][-1])
    used += 3 * (3 * threads + 2)
    (allowed,) = re.findall(
        r"max_connections=(\d+)", " ".join(composition["services"]["database"]["command"])
    )
    assert int(environment["SHANHAI_WORKERS"]) == 2
    assert used + 10 <= int(allowed)


def test_the_composition_sets_only_what_the_service_knows(composition: dict[str, Any]) -> None:
    known = {f"SHANHAI_{name.upper()}" for name in Settings.model_fields}
    for service in composition["services"].values():
        set_here = {name for name in service.get("environment", {}) if name.startswith("SHANHAI_")}
        assert set_here <= known


# The proxy


@pytest.fixture(scope="module")
def proxy() -> str:
    """deploy/nginx.conf without its comments."""
    return re.sub(r"^\s*#.*\n", "", (ROOT / "deploy" / "nginx.conf").read_text(), flags=re.MULTILINE)


def _values(proxy: str, directive: str) -> list[str]:
    return re.findall(rf"^\s*{directive} ([^;]+);", proxy, re.MULTILINE)


def test_every_brace_and_statement_of_the_proxy_is_closed(proxy: str) -> None:
    bare = re.sub(r"'[^']*'|\"[^\"]*\"", "''", proxy)
    assert bare.count("{") == bare.count("}") > 10
    assert [
        line for line in bare.splitlines() if line.strip() and not re.search(r"[;{}]$|^ +''|''$", line)
    ] == []


@pytest.mark.parametrize("directive", ["client_header_timeout", "client_body_timeout", "send_timeout"])
def test_a_slow_client_is_cut_off(proxy: str, directive: str) -> None:
    (seconds,) = _values(proxy, directive)
    assert 1 <= int(seconds.removesuffix("s")) <= 30


def test_a_slow_body_never_reaches_the_service(proxy: str) -> None:
    assert "proxy_request_buffering" not in proxy
    assert _values(proxy, "proxy_next_upstream") == ["off"]


def test_the_proxy_lets_pass_whatever_body_the_service_takes(proxy: str) -> None:
    limits = _values(proxy, "client_max_body_size")
    for limit, name in zip(limits, ("max_body_bytes", "max_file_bytes"), strict=True):
        allowed_bytes = Settings.model_fields[name].default
        assert allowed_bytes < int(limit.removesuffix("m")) * 2**20 <= 4 * allowed_bytes
    assert proxy.index("location = /v1/files") < proxy.index(f"client_max_body_size {limits[1]}")


def test_the_proxy_closes_idle_connections_before_the_service_does(proxy: str) -> None:
    upstream = proxy[proxy.index("upstream service {") :]
    patience_seconds = uvicorn.Config("service.app:create_app").timeout_keep_alive
    assert int(_values(upstream, "keepalive_timeout")[0].removesuffix("s")) < patience_seconds


def test_what_the_proxy_refuses_is_problem_json_with_a_code_of_its_own(proxy: str) -> None:
    codes = dict(re.findall(r"^\s+(\d{3}|default)\s+(\w+);$", proxy, re.MULTILINE))
    answered = {
        status
        for line in _values(proxy, "error_page")
        for status in (re.findall(r"=(\d+)", line) or re.findall(r"\d{3}", line))
    }
    assert answered - {"400"} == set(codes) - {"default"}
    (template,) = re.findall(r"return 200 '(\{.*\})';", proxy)
    problem = json.loads(template.replace("$status", "503"))
    assert set(problem) == {"type", "title", "status", "detail", "code", "request_id"}
    details = re.findall(r'^\s+(?:\d{3}|default)\s+"([^"]*)";$', proxy, re.MULTILINE)
    assert [detail for detail in details if "\\" in detail] == []


# The contract of imports


def test_the_import_contract_is_exhaustive() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (layers,) = (contract for contract in contracts if contract["type"] == "layers")
    assert layers["exhaustive"] is True
    assert "exhaustive_ignores" not in layers
    assert [contract["id"] for contract in contracts if contract.get("ignore_imports")] == []
