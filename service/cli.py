"""The command ``shanhai``: serve, migrate, demo, keys, match, import, train, models, rematch and more."""

from __future__ import annotations

import gc

# Of all that the imports make nothing is garbage: looking for some takes a fifth of a command's start.
gc.disable()

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final

import httpx
import structlog
import typer
import uvicorn
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from service import (
    audit_command,
    demo,
    evaluate_command,
    import_command,
    models_table,
    people_command,
    ranked_table,
    rematch_command,
    schema,
    work_command,
)
from service.access.policy import Permission, Role
from service.app import create_app
from service.database import Database, open_database, reading, writing
from service.domain import keys, organisations
from service.domain.audit_events import AuditFilters
from service.domain.organisations import OrganisationWrite
from service.domain.shapes import validated
from service.errors import ShanhaiError
from service.index import MatchIndex, Upkeep
from service.jobs import placements as past
from service.jobs import training
from service.jobs.handlers import LANES
from service.logs import configure
from service.settings import Settings
from service.units import SHANGHAI

gc.freeze()
gc.enable()

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Shanhai 山海: matching for joint promotion."
)
keys_app = typer.Typer(no_args_is_help=True, help="API keys.")
app.add_typer(keys_app, name="keys")
people_app = typer.Typer(no_args_is_help=True, help="People of an organisation.")
app.add_typer(people_app, name="people")
organisations_app = typer.Typer(no_args_is_help=True, help="Organisations; the first one is made here.")
app.add_typer(organisations_app, name="organisations")
import_app = typer.Typer(no_args_is_help=True, help="Bulk import of files.")
app.add_typer(import_app, name="import")
models_app = typer.Typer(no_args_is_help=True, help="Model versions.")
app.add_typer(models_app, name="models")
audit_app = typer.Typer(no_args_is_help=True, help="The record of changes.")
app.add_typer(audit_app, name="audit")
console = Console()
# How every process of this service speaks HTTP; benchmarks/http.py has the bare side speak it too.
UVICORN: Final[dict[str, Any]] = {
    # uvloop and httptools, where they are installed: on Windows they are not.
    "loop": "auto",
    "http": "auto",
    # Nothing here speaks WebSocket.
    "ws": "none",
    "log_config": None,
    "access_log": False,
    "server_header": False,
    "timeout_graceful_shutdown": 20,
    # A worker that still imports does not answer its supervisor: at uvicorn's 5 seconds it is killed and
    # started again, for ever, on a machine that is busy.
    "timeout_worker_healthcheck": 60,
}


def main() -> None:
    """Run the command; an error of the service is a sentence and exit code 1, not a traceback."""
    try:
        app()
    except ShanhaiError as error:
        console.print(f"[red]{error.code}[/]: {escape(error.detail)}")
        for entry in error.errors:
            console.print(f"  {entry.pointer}: {entry.detail}", markup=False)
        raise SystemExit(1) from error


def _open(settings: Settings, pool_size: int = 5) -> Database:
    # The database holds who plans to go where: nobody else on the machine may read it.
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    return open_database(settings.url, pool_size=pool_size, busy_timeout_seconds=60)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    workers: Annotated[int | None, typer.Option(help="Worker processes.")] = None,
) -> None:
    """Serve the API until stopped; run `shanhai migrate` first."""
    settings = Settings()
    configure(settings.log_level)
    count = workers or settings.workers
    database = _open(settings)
    structlog.get_logger().info("serving", database=database.description, workers=count)
    database.engine.dispose()
    uvicorn.run(
        "service.app:serving",
        factory=True,
        host=host or settings.host,
        port=port or settings.port,
        workers=count,
        **UVICORN,
    )


@app.command()
def work(
    threads: Annotated[int | None, typer.Option(min=1, max=32, help="Jobs at once in each lane.")] = None,
    once: Annotated[bool, typer.Option("--once", help="Run what is due now, and end.")] = False,
) -> None:
    """Run the jobs that wait, until stopped; as many of these as you like, on any machine."""
    settings = Settings()
    configure(settings.log_level)
    count = threads or settings.job_threads
    # Of each thread its handler's, one more that this may need, and the one that renews the lease.
    database = _open(settings, pool_size=3 * count * len(LANES) + 2)
    if once:
        console.print(f"Attempts: {work_command.run_due(database, settings)}.")
    else:
        work_command.run(database, settings, count)


@app.command()
def migrate() -> None:
    """Bring the database to the newest schema and load the reference data."""
    settings = Settings()
    database = _open(settings)
    _migrate(database)
    console.print(f"Migrated: {database.description}.")


def _migrate(database: Database) -> None:
    with _progress() as progress:
        task = progress.add_task("migrate", total=None)
        schema.migrate(database, step=lambda name: progress.update(task, description=f"migrate: {name}"))


def _progress() -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    )


@app.command()
def index() -> None:
    """Store the match index, so that `serve` and whatever else ranks starts from it."""
    settings = Settings()
    with _progress() as progress:
        progress.add_task("index", total=None)
        found, database = MatchIndex(settings.index_path), _open(settings)
        found.start(database)
        Upkeep(found, database).once(lay_out=True)
        with reading(database) as session:
            snapshot = found.current(session)
    console.print(f"Stored: {len(snapshot.offers)} rows at revision {snapshot.base_revision}.")


@app.command(name="demo")
def demo_command() -> None:
    """Migrate, enter the demo where it is missing, and print the ranked table of its project."""
    settings = Settings()
    database = _open(settings)
    _migrate(database)
    with _progress() as progress:
        task = progress.add_task("demo: profiles", total=None)
        entered = demo.enter(
            database,
            settings.data_dir,
            step=lambda done, total: progress.update(task, completed=done, total=total),
        )
    ranked_table.show(console, database, entered.project_id, entered.bureau, limit=10, language="zh")
    console.print(
        f"Demo keys: {settings.data_dir / demo.KEY_FILE}. Free land, power, labour and prices of the zones "
        "are made up by a documented rule and marked synthetic."
    )


@app.command()
def match(
    project_id: Annotated[str, typer.Argument(help="Id of a registered project.")],
    limit: Annotated[int, typer.Option(min=1, max=100)] = 10,
    language: Annotated[str, typer.Option(help="zh or en.")] = "zh",
    url: Annotated[str, typer.Option(help="Ask a running service instead of the database.")] = "",
    key: Annotated[str, typer.Option(envvar="SHANHAI_KEY", help="API key for --url.")] = "",
    svg: Annotated[Path | None, typer.Option(help="Draw the table into this file instead.")] = None,
) -> None:
    """Print the ranked table of a project, as its own organisation sees it."""
    chosen: ranked_table.Language = "en" if language == "en" else "zh"
    out = ranked_table.canvas() if svg else console
    if url:
        ranked_table.print_page(out, _ask(url, key, project_id, limit, chosen), chosen)
    else:
        settings = Settings()
        index = MatchIndex(settings.index_path)
        ranked_table.show(out, _open(settings), project_id, None, limit=limit, language=chosen, index=index)
    if svg:
        ranked_table.draw(out, svg)


def _ask(url: str, key: str, project_id: str, limit: int, language: str) -> dict[str, Any]:
    answer = httpx.get(
        f"{url.rstrip('/')}/v1/projects/{project_id}/matches",
        params={"limit": limit},
        headers={"Authorization": f"Bearer {key}", "Accept-Language": language},
        timeout=30,
    )
    body: dict[str, Any] = answer.json()
    if answer.is_error:
        console.print(f"[red]{body['code']}[/]: {body['detail']}")
        raise typer.Exit(1)
    return body


@organisations_app.command("create")
def create_organisation(
    name: Annotated[str, typer.Argument(help="Its name.")],
    kind: Annotated[str, typer.Argument(help="platform, authority, bureau, county, …")],
    region: Annotated[str | None, typer.Option(help="Region code; a platform has none.")] = None,
) -> None:
    """Enter an organisation and print its id; make its first key with `shanhai keys create`."""
    body = validated(OrganisationWrite, {"name": name, "kind": kind, "region_code": region})
    with writing(_open(Settings())) as session:
        organisation_id = organisations.register(session, None, body).id
    console.print(organisation_id, highlight=False)


@keys_app.command("create")
def create_key(
    organisation_id: Annotated[str, typer.Argument(help="Whose key it is.")],
    name: Annotated[str, typer.Argument(help="What it is for.")],
    scope: Annotated[
        list[Permission] | None, typer.Option(help="Repeatable; none means all of its kind.")
    ] = None,
) -> None:
    """Make a key and print its secret, which is shown this once."""
    body = keys.KeyWrite(organisation_id=organisation_id, name=name, scopes=scope or [])
    with writing(_open(Settings())) as session:
        minted = keys.create(session, None, body)
    console.print(minted.secret, highlight=False, soft_wrap=True)


@keys_app.command("revoke")
def revoke_key(key_id: Annotated[str, typer.Argument(help="Id of the key.")]) -> None:
    """Refuse a key from its very next request on."""
    with writing(_open(Settings())) as session:
        keys.revoke(session, None, key_id)
    console.print(f"Revoked {key_id}.")


@people_app.command("create")
def create_person(
    organisation_id: Annotated[str, typer.Argument(help="Whose person it is.")],
    user_name: Annotated[str, typer.Argument(help="Signs in; lower case.")],
    role: Annotated[Role, typer.Option(help="What the person may do.")],
    name: Annotated[str, typer.Option(help="As others read it; the user name where it is left out.")] = "",
) -> None:
    """Enter a person and print a temporary password, which is shown this once."""
    people_command.create(console, _open(Settings()), organisation_id, user_name, name, role)


@people_app.command("password")
def reset_password(user_name: Annotated[str, typer.Argument(help="Who cannot sign in any more.")]) -> None:
    """Set and print a temporary password; every session of the person ends."""
    people_command.reset_password(console, _open(Settings()), user_name)


@import_app.command("profiles")
def import_profiles(
    path: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, metavar="FILE", help="NDJSON, CSV or XLSX.")
    ],
    organisation: Annotated[str, typer.Option(help="Id of the organisation that enters them.")],
    form: Annotated[
        str, typer.Option("--format", help="ndjson, csv or xlsx; by the file's ending where left out.")
    ] = "",
    validate_only: Annotated[bool, typer.Option("--validate-only", help="Check, store nothing.")] = False,
    row_by_row: Annotated[
        bool, typer.Option("--row-by-row", help="Store good rows beside bad ones.")
    ] = False,
    errors: Annotated[Path | None, typer.Option(help="Write all refusals here: NDJSON, or .csv.")] = None,
) -> None:
    """Enter a file of profiles, all of it or nothing; run again, it goes on and enters no row twice."""
    mode = import_command.mode_of(validate_only=validate_only, row_by_row=row_by_row)
    if import_command.run(console, _open(Settings()), organisation, path, form, mode, errors).refused:
        raise typer.Exit(1)


@audit_app.command("verify")
def verify_audit(
    since: Annotated[str, typer.Option(help="A head that was printed before: begin there.")] = "",
    anchor: Annotated[str, typer.Option(help="A head that was printed before: the chain must hold it.")] = "",
) -> None:
    """Follow the chain of all events; exit code 1 says that it does not hold, 2 that nothing can be said."""
    try:
        code = audit_command.verify(console, _open(Settings()), since, anchor)
    except ShanhaiError as error:
        console.print(f"[red]{error.code}[/]: {escape(error.detail)}")
        raise typer.Exit(2) from error
    raise typer.Exit(code)


@audit_app.command("export")
def export_audit(
    form: Annotated[audit_command.Form, typer.Option("--format", help="ndjson or csv.")] = "ndjson",
    out: Annotated[Path | None, typer.Option(dir_okay=False, help="A file; else it is printed.")] = None,
    noun: Annotated[str | None, typer.Option(help="Such as hold.")] = None,
    noun_id: Annotated[str | None, typer.Option(help="Of this thing.")] = None,
    action: Annotated[str | None, typer.Option(help="Such as hold.grant.")] = None,
    person: Annotated[str | None, typer.Option(help="Id of the person who acted.")] = None,
    organisation: Annotated[str | None, typer.Option(help="Id of the organisation that acted.")] = None,
    since: Annotated[datetime | None, typer.Option(help="From here on, Shanghai time.")] = None,
    until: Annotated[datetime | None, typer.Option(help="Before this, Shanghai time.")] = None,
) -> None:
    """Write events, oldest first, as lines of JSON or as CSV."""
    ends = [end and end.replace(tzinfo=SHANGHAI) for end in (since, until)]
    filters = AuditFilters(noun, noun_id, action, person, organisation, *ends)
    audit_command.export(_open(Settings()), form, out, filters)


@audit_app.command("prune")
def prune_audit() -> None:
    """Verify the chain, then remove the events that are older than 36 months."""
    audit_command.prune(console, _open(Settings()))


@app.command()
def train(
    placements: Annotated[
        Path | None,
        typer.Option(
            exists=True, dir_okay=False, help="Past placements: CSV, also gzipped (docs/operations.md)."
        ),
    ] = None,
) -> None:
    """Learn from outcomes and placements; promote the model unless it is worse than the live one."""
    with _progress() as progress:
        task = progress.add_task("train: read", total=None)
        history = past.read(placements) if placements else []
        settings = Settings()
        report = training.train(
            _open(settings),
            history,
            step=lambda name: progress.update(task, description=f"train: {name}"),
            index_directory=settings.index_path,
        )
    models_table.show_training(console, report)


@models_app.command("list")
def list_models() -> None:
    """Print every version that is kept, newest first."""
    models_table.show_versions(console, _open(Settings()))


@models_app.command("rollback")
def roll_back_model(version: Annotated[str, typer.Argument(help="A version that was live before.")]) -> None:
    """Make an earlier model live again, from the very next ranking on."""
    settings = Settings()
    training.roll_back(_open(settings), version, settings.index_path)
    console.print(f"{version} is live.")


@app.command()
def rematch(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Places of each project.")] = 50,
    jobs: Annotated[int | None, typer.Option(min=1, help="Processes; one per core if not given.")] = None,
    scheduler: Annotated[str, typer.Option(help="Rank on a Dask cluster: tcp://host:port.")] = "",
    chunk: Annotated[int, typer.Option(min=1, max=100_000, help="Projects in a file.")] = 256,
    out: Annotated[Path | None, typer.Option(file_okay=False, help="Where to write.")] = None,
) -> None:
    """Write the best places of every open project; run it again to go on after a kill."""
    settings = Settings()
    base, sizes = settings.data_dir / "rematch", {"limit": limit, "chunk": chunk}
    code = rematch_command.run(console, _open(settings), base, out, jobs=jobs, scheduler=scheduler, **sizes)
    raise typer.Exit(code)


@app.command()
def evaluate(
    profiles: Annotated[
        Path, typer.Option(exists=True, dir_okay=False, help="Candidates: CSV, also gzipped.")
    ],
    placements: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="What went where before.")],
    queries: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="What to rank for, with truth.")],
    cold: Annotated[bool, typer.Option("--cold", help="Learn from the profiles alone.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON instead of a table.")] = False,
) -> None:
    """Measure the text model on real placements, beside what a search engine would do."""
    report = evaluate_command.measure(profiles, placements, queries, cold=cold, console=Console(stderr=True))
    evaluate_command.show(Console(), report, as_json=as_json)


@app.command()
def openapi(
    check: Annotated[bool, typer.Option("--check", help="Fail when the committed document differs.")] = False,
    path: Annotated[Path, typer.Option(help="Where the document is kept.")] = Path("openapi/openapi.json"),
) -> None:
    """Write the OpenAPI document, or check that the committed one is current."""
    document = create_app(Settings()).openapi()
    text = json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True) + os.linesep
    if not check:
        path.write_text(text, encoding="utf-8")
        return
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        console.print(f"[red]{path} is not current.[/] Run `make openapi` and commit it.")
        raise typer.Exit(1)
