"""The data of the index benchmark, synthetic: the places of the HTTP benchmark, tiled to any size by SQL."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, text

from benchmarks.http_data import World, prepare
from service.database import Database, open_database, table_of
from service.domain.profiles import Profile
from service.settings import Settings

_VARIED = ("land_mu", "floor_area_m2", "power_kva", "labour_persons")
_TILES_AT_ONCE = 20


def prepared(directory: Path, places: int, seed: int) -> tuple[Settings, World]:
    """A SQLite database with that many places and 20 projects in the directory, made unless it is there."""
    environment = {"SHANHAI_DATA_DIR": str(directory), "SHANHAI_DATABASE_URL": ""}
    settings = Settings(data_dir=directory, database_url="")
    world = prepare(environment, min(places, 2543), 20, seed)
    database = open_database(settings.url)
    _tile(database, places)
    database.engine.dispose()
    return settings, world


def _tile(database: Database, places: int) -> None:
    """Copies of the first rows with figures of their own, 0.3 to 3 times the first, until there are enough.

    The factors come from a multiplicative hash of the copy's number: the same in every run.
    """
    with database.engine.connect() as connection:
        writer = connection.execution_options(writes=True)
        there = writer.execute(text("SELECT count(*) FROM profiles")).scalar_one()
        if there < places:
            _copy(writer, there, places)
            # A new catalogue: whatever was stored of the smaller database does not count any more.
            writer.execute(text("UPDATE state SET revision = revision + 1"))
            writer.execute(
                text(
                    "INSERT INTO changes (revision, noun, noun_id, operation) "
                    "SELECT revision, 'catalogue', 'benchmark', 'load' FROM state"
                )
            )
        writer.commit()


def _copy(connection: Connection, first: int, places: int) -> None:
    columns = [column.name for column in table_of(Profile).columns]
    values = {name: name for name in columns}
    values["id"] = "'prf_' || substr('0000000000000000000000000' || (:first + tile * :zones + zone), -26)"
    for place, name in enumerate(_VARIED):
        factor = f"(0.3 + 2.7 * (((tile * :zones + zone) * 40503 + {place} * 7919) % 10007) / 10007.0)"
        values[name] = f"round({name} * {factor}, 1)"
    statement = text(
        f"WITH RECURSIVE tiles(tile) AS (SELECT :start UNION ALL SELECT tile + 1 FROM tiles "
        f"WHERE tile + 1 < :end), first AS (SELECT *, row_number() OVER (ORDER BY id) - 1 AS zone "
        f"FROM profiles WHERE id NOT LIKE 'prf_0000%') "
        f"INSERT INTO profiles ({', '.join(columns)}) "
        f"SELECT {', '.join(values[name] for name in columns)} FROM tiles, first "
        f"WHERE tile * :zones + zone < :missing"
    )
    shipped = text("SELECT count(*) FROM profiles WHERE id NOT LIKE 'prf_0000%'")
    zones, missing = connection.execute(shipped).scalar_one(), places - first
    tiles = -(-missing // zones)
    for start in range(0, tiles, _TILES_AT_ONCE):
        end = min(tiles, start + _TILES_AT_ONCE)
        given = {"first": first, "zones": zones, "missing": missing, "start": start, "end": end}
        connection.execute(statement, given)
