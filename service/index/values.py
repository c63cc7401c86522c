"""From stored rows to the plain values that the matcher takes, once for each audience.

Whoever may not see a figure is ranked on its band, from here on: no later step knows the figure, so
neither a score nor an order, a reason or a fix can give it away.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date
from typing import Self

from service.domain import materials, projects
from service.domain.bands import band_of
from service.domain.capacity import NOTHING_TAKEN, Free
from service.domain.pairings import Pairing, holds_on
from service.domain.profiles import StoredProfile, figures_of
from service.domain.projects import ProjectFields
from service.domain.regions import PlainRegion, above_county
from service.matching.values import Band, Figure, Material, Need, Offer, Partner, Restriction

_PROGRAMMES = {"east_west": "东西部协作", "mountain_sea": "山海协作", "other": "其他协作"}


@dataclass(frozen=True, slots=True)
class Place:
    """A region as the matcher needs it: its name, centroid and everything above it.

    ``above_county`` is what a teaser tells of it.
    """

    name: str
    full_name: str
    lon: float | None
    lat: float | None
    path: tuple[str, ...]
    above_county: str


class Atlas:
    """All regions, and the pairings between them."""

    def __init__(self, regions: Iterable[PlainRegion], pairings: Sequence[Pairing]) -> None:
        rows = {row.code: row for row in regions}
        self.places = {code: _place(rows, row) for code, row in rows.items()}
        self.pairings = pairings

    def paired(self, pairings: Sequence[Pairing]) -> Self:
        """The same regions with other pairings."""
        other = copy(self)
        other.pairings = pairings
        return other

    def path(self, code: str) -> tuple[str, ...]:
        """The region and everything above it, itself first."""
        return self.places[code].path

    def point(self, code: str) -> tuple[float | None, float | None]:
        """The centroid of the region, or of the nearest region above it that has one."""
        for above in self.path(code):
            place = self.places[above]
            if place.lon is not None and place.lat is not None:
                return place.lon, place.lat
        return None, None

    def partners(self, codes: Iterable[str | None], today: date) -> tuple[Partner, ...]:
        """The regions paired today with one of these regions, or with one above it."""
        own = {above for code in codes if code is not None for above in self.path(code)}
        found = []
        for row in self.pairings:
            if not holds_on(row, today):
                continue
            sides = (row.supporting_region_code, row.partner_region_code)
            name = "—".join(self.places[side].name for side in sides)
            for here, there in (sides, sides[::-1]):
                if here in own:
                    found.append(Partner(there, row.programme, f"{name}（{_PROGRAMMES[row.programme]}）"))
        return tuple(sorted(set(found), key=lambda p: (p.region_code, p.programme)))


def _place(rows: Mapping[str, PlainRegion], row: PlainRegion) -> Place:
    path, above = [row.code], row.parent_code
    while above is not None:
        path.append(above)
        above = rows[above].parent_code
    return Place(row.name, row.full_name, row.lon, row.lat, tuple(path), above_county(row))


def figure_of(value: float | None, hidden: bool) -> Figure:
    """A figure as it may be known: its band where it is hidden."""
    if value is None or not hidden:
        return value
    band = band_of(value)
    return Band(band.low, band.high)


def _materials(rows: Iterable[materials.Material]) -> tuple[Material, ...]:
    return tuple(Material(row.name, row.quantity_per_year, row.unit, row.max_haul_km) for row in rows)


def offer_of(row: StoredProfile, atlas: Atlas, *, exact: bool, free: Free = NOTHING_TAKEN) -> Offer:
    """A profile as its owner (``exact``) or as everybody else may know it, net of what is taken of it.

    The band of a figure that is withheld is that of the net figure.
    """
    hidden = frozenset() if exact else frozenset(row.restricted_fields)
    figures: dict[str, Figure] = {
        name: figure_of(value, name in hidden)
        for name, value in free.net(figures_of(row)).items()
        if value is not None
    }
    lon, lat = (row.lon, row.lat) if row.lon is not None else atlas.point(row.region_code)
    site_name = row.site_name or atlas.places[row.region_code].name
    return Offer(
        key=row.id,
        tie_key=(row.region_code, row.zone_code or "", site_name, row.site_kind, row.id),
        region_code=row.region_code,
        region_name=atlas.places[row.region_code].full_name,
        region_paths=tuple(atlas.path(code) for code in (row.region_code, *row.home_region_codes)),
        home_region_codes=tuple(row.home_region_codes),
        site_name=site_name,
        site_kind=row.site_kind,
        lon=lon,
        lat=lat,
        figures=figures,
        sources=_sources(row, hidden),
        land_use=row.land_use,
        leading_industries=tuple(row.leading_industries),
        industry_codes=tuple(row.industry_codes),
        materials=_materials(row.materials),
        description=row.description or "",
        restricted_industries=tuple(
            Restriction(entry.code, entry.level, entry.condition) for entry in row.restricted_industries
        ),
        is_chemical_park=row.is_chemical_park,
        environment_unit=row.environment_unit,
        as_of=row.as_of,
        valid_until=row.valid_until,
        status=row.status,
        unconfirmed=row.unconfirmed,
    )


def _sources(row: StoredProfile, hidden: frozenset[str]) -> dict[str, str]:
    """Per figure, the document behind it; of a withheld figure none, since it may state the figure."""
    sources = {}
    for name, evidence in row.evidence.items():
        parts = [evidence.source, evidence.document_no, evidence.as_of and evidence.as_of.isoformat()]
        said = " ".join(part for part in parts if part)
        if said and name not in hidden:
            sources[name] = said
    return sources


def need_of(
    row: ProjectFields, key: str, atlas: Atlas, region_code: str | None, today: date, *, teaser: bool = False
) -> Need:
    """A project as its owner, or (``teaser``) as everybody else may know it.

    ``region_code`` is the region of the organisation whose project it is: pairings of either it or
    the project's origin count.
    """
    figures = {name: getattr(row, name) for name in projects.FIGURES} | dict(row.quantities)
    origin = atlas.places[row.origin_region_code].above_county if teaser else row.origin_region_code
    lon, lat = atlas.point(origin)
    return Need(
        key=key,
        tie_key=(row.industry_code, row.name, key),
        industry_code=row.industry_code,
        name=row.name,
        description="" if teaser else row.description or "",
        products=() if teaser else tuple(row.products),
        inputs=() if teaser else tuple(row.inputs),
        materials=() if teaser else _materials(row.materials),
        origin_region_code=origin,
        lon=lon,
        lat=lat,
        site_mode=row.site_mode,
        figures={name: figure_of(value, teaser) for name, value in figures.items() if value is not None},
        must=tuple(row.must),
        coating=row.coating,
        fire_class=row.fire_class,
        is_chemical=row.is_chemical,
        programmes=tuple(row.programmes),
        partners=atlas.partners((origin, region_code), today),
    )
