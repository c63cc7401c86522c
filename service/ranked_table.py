"""A ranking as a table for a terminal."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any, Literal

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.table import Table

from service.access.policy import Actor, granted_to
from service.api.match_engine import Engine
from service.api.pages import Signer
from service.database import Database, now, reading
from service.domain.organisations import Organisation
from service.domain.projects import Project
from service.errors import NotFound
from service.index import MatchIndex
from service.rankings.shapes import MatchPage

Language = Literal["zh", "en"]
_HEADERS = {
    "zh": ("序", "得分", "载体和所在地", "主要理由", "待确认"),
    "en": ("#", "Score", "Place", "Main reasons", "To confirm"),
}
_REASONS = 2
# In a pipe there is no width to go by.
_WIDTH_WITHOUT_TERMINAL = 120
_SYNTHETIC = {
    "zh": "* 该载体的空闲土地、电力、用工和价格为合成数据",
    "en": "* free land, power, labour and prices of this place are synthetic",
}


# Rich's picture would fetch its font from a public server whenever somebody looks at it.
_SVG = re.sub(r"@font-face \{\{.*?\}\}", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
_CANVAS_COLUMNS = 128


def canvas() -> Console:
    """A console that keeps what is printed for ``draw``, of the same width everywhere."""
    return Console(
        record=True,
        width=_CANVAS_COLUMNS,
        height=_CANVAS_COLUMNS,  # of a dumb terminal the width counts only beside a height
        file=io.StringIO(),
        force_terminal=True,
        color_system="truecolor",
        no_color=False,
    )


def draw(console: Console, path: Path) -> None:
    """Write what was printed on a ``canvas`` as an SVG picture that needs nothing from elsewhere."""
    console.save_svg(str(path), title="shanhai match", code_format=_SVG, unique_id="shanhai")


def show(
    console: Console,
    database: Database,
    project_id: str,
    actor: Actor | None,
    *,
    limit: int,
    language: Language,
    index: MatchIndex | None = None,
) -> None:
    """Rank the places of a registered project and print them; ``actor`` None is its own organisation."""
    with reading(database) as session:
        row = session.get(Project, project_id)
        if row is None or row.deleted_at is not None:
            raise NotFound(detail=f"There is no project {project_id}.")
        owner = session.get_one(Organisation, row.organisation_id)
        actor = actor or Actor(owner.id, owner.kind, owner.region_code, "command", granted_to(owner.kind))
        snapshot = (index or MatchIndex()).current(session)
        engine = Engine(actor, snapshot, language, now(session), signer=Signer(""))
        need = engine.need(row, row.id, row.organisation_id)
        page = engine.match_page(
            need, engine.places(None, need), limit=limit, cursor=None, query="", stability=False
        )
        console.print(f"\n[bold]{row.name}[/]  {row.industry_code}")
        print_page(console, MatchPage(**page).model_dump(mode="json"), language)


def print_page(console: Console, page: dict[str, Any], language: Language) -> None:
    """Print a page of a ranking as the API gives it."""
    if not console.is_terminal:
        console.width = _WIDTH_WITHOUT_TERMINAL
    table = Table(show_lines=True)
    for name in _HEADERS[language]:
        table.add_column(name, overflow="fold")
    for item in page["items"]:
        table.add_row(
            str(item["rank"]),
            f"{item['score']:.3f}",
            _place(item),
            _reasons(item),
            str(len(item["to_confirm"])) if item["to_confirm"] else "",
        )
    console.print(table)
    counts = (page["eligible_count"], page["excluded_count"])
    said = "符合准入 {} 处，未通过 {} 处" if language == "zh" else "{} admitted, {} passed over"
    console.print(f"{said.format(*counts)}  ·  {page['model_version']}  ·  r{page['index_revision']}")
    if any(item["profile"]["is_synthetic"] for item in page["items"]):
        console.print(_SYNTHETIC[language])


def _place(item: dict[str, Any]) -> str:
    place = item["profile"]
    distance = "" if item["distance_km"] is None else f" · {item['distance_km']:.0f} km"
    mark = " *" if place["is_synthetic"] else ""
    return f"[bold]{place['site_name']}[/]{mark}\n[dim]{place['region_name']}{distance}[/]"


def _reasons(item: dict[str, Any]) -> str:
    strongest = sorted(item["contributions"], key=lambda line: -line["contribution"])[:_REASONS]
    return "\n".join(line["reason"] for line in strongest)
