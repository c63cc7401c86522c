"""A small world to match in: a piece of the tree, four quantities, and strategies for both sides."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
from hypothesis import strategies as st

from service.matching.chain import ChainEncoder
from service.matching.context import Case, Context
from service.matching.lexicon import TermLexicon
from service.matching.matcher import Matcher, Weights
from service.matching.rulebook import RuleBook
from service.matching.text import TextModel
from service.matching.tree import IndustryTree
from service.matching.values import Band, Material, Need, Offer, Partner, Quantity, Restriction

TODAY = date(2026, 11, 23)

INDUSTRIES = (
    ("A", "农、林、牧、渔业", ""),
    ("A02", "林业", "A"),
    ("A024", "木材和竹材采运", "A02"),
    ("C", "制造业", ""),
    ("C20", "木材加工和木、竹、藤、棕、草制品业", "C"),
    ("C202", "人造板制造", "C20"),
    ("C2021", "胶合板制造", "C202"),
    ("C21", "家具制造业", "C"),
    ("C211", "木质家具制造", "C21"),
    ("C2110", "木质家具制造", "C211"),
    ("C212", "竹、藤家具制造", "C21"),
    ("C26", "化学原料和化学制品制造业", "C"),
    ("C264", "涂料、油墨、颜料及类似产品制造", "C26"),
    ("C39", "计算机、通信和其他电子设备制造业", "C"),
)

TREE = IndustryTree(INDUSTRIES)
LEXICON = TermLexicon(INDUSTRIES)
MODEL = TextModel().fit([name for _, name, _ in INDUSTRIES])
LINKS = (("C20", "C21"), ("C264", "C21"))


def _quantity(
    name: str, zh: str, en: str, unit: str, *, actionable: bool = True, limit: bool = False
) -> Quantity:
    test = "offer_at_most_need" if limit else "offer_at_least_need"
    return Quantity(name, zh, en, unit, unit, test, "capacity", actionable, "county")


QUANTITIES = (
    _quantity("largest_parcel_mu", "最大连片地块", "Largest parcel", "mu"),
    _quantity("steam_t_per_h", "集中供汽", "Steam", "t/h"),
    _quantity("voc_t_per_year", "挥发性有机物排放指标", "VOC quota", "t/year", actionable=False),
    _quantity("distance_to_port_km", "距港口", "Distance to a port", "km", actionable=False, limit=True),
)
BOOK = RuleBook(quantities=QUANTITIES)
MATCHER = Matcher(BOOK, MODEL, TREE, LEXICON, LINKS)
CONTEXT = Context(TODAY, BOOK, TREE, MODEL, ChainEncoder(TREE, LEXICON, LINKS))
WEIGHTS = Weights()

NEED_FIGURES = {
    "land_mu": 60.0,
    "floor_area_m2": 20_000.0,
    "power_kva": 1250.0,
    "labour_persons": 200.0,
    "fixed_investment_10k_cny": 18_000.0,
    "annual_tax_10k_cny": 1_200.0,
    "annual_energy_tce": 800.0,
    "annual_value_added_10k_cny": 4_000.0,
}
OFFER_FIGURES = {
    "land_mu": 120.0,
    "floor_area_m2": 30_000.0,
    "power_kva": 5_000.0,
    "labour_persons": 400.0,
    "land_price_10k_cny_per_mu": 10.0,
    "rent_cny_per_m2_month": 10.0,
    "tariff_cny_per_kwh": 0.6,
    "wage_cny_per_month": 4_500.0,
}


def need(*, figures: dict[str, Any] | None = None, **changes: Any) -> Need:
    """A furniture project; ``figures`` are put over the usual ones."""
    usual = Need(
        key="prj_1",
        industry_code="C2110",
        name="实木家具项目",
        products=("木质家具",),
        inputs=("胶合板",),
        lon=120.92,
        lat=30.84,
        figures={**NEED_FIGURES, **(figures or {})},
    )
    return replace(usual, **changes)


def offer(*, figures: dict[str, Any] | None = None, key: str = "prf_1", **changes: Any) -> Offer:
    """A furniture place that meets `need` in every rule; ``figures`` are put over the usual ones."""
    usual = Offer(
        key=key,
        tie_key=("331126", "", "竹口园区", "industrial_park", key),
        region_code="331126",
        region_name="庆元县",
        region_paths=(("331126", "331100", "330000"),),
        site_name="竹口园区",
        site_kind="industrial_park",
        lon=119.06,
        lat=27.62,
        figures={**OFFER_FIGURES, **(figures or {})},
        land_use="M2",
        leading_industries=("家具",),
        industry_codes=("C21",),
        is_chemical_park=False,
        environment_unit="general_control",
        as_of=TODAY - timedelta(days=30),
    )
    return replace(usual, **changes)


def case(wanted: Need, place: Offer, language: str = "zh", mode: str = "build") -> Case:
    return Case(wanted, place, mode != "rent", mode != "build", CONTEXT, language)  # type: ignore[arg-type]


def everyone(count: int) -> np.ndarray:
    """A mask that hides nobody."""
    return np.ones(count, dtype=np.bool_)


def outcome_of(rule_name: str, wanted: Need, place: Offer, matcher: Matcher = MATCHER) -> str:
    """The verdict of one rule on one pair, as a word."""
    rule = next(rule for rule in matcher.rules if rule.name == rule_name)
    context = replace(CONTEXT, book=matcher.rulebook)
    verdict = int(rule.test(matcher.needs([wanted]), matcher.offers([place]), context)[0])
    return {1: "pass", 0: "unknown", -1: "fail"}[verdict]


def outcomes_of(wanted: Need, place: Offer) -> dict[str, str]:
    """The verdict of every rule on one pair, in the first reading of the site mode."""
    need_columns, offer_columns = MATCHER.needs([wanted]), MATCHER.offers([place])
    words = {1: "pass", 0: "unknown", -1: "fail"}
    return {r.name: words[int(r.test(need_columns, offer_columns, CONTEXT)[0])] for r in MATCHER.rules}


def rank_all(wanted: Need, places: list[Offer], weights: Weights = WEIGHTS) -> list[tuple[str, float]]:
    """Keys and scores of all eligible places, best first."""
    ranking = MATCHER.rank_offers(
        MATCHER.needs([wanted]),
        MATCHER.offers(places),
        visible=everyone(len(places)),
        k=max(len(places), 1),
        today=TODAY,
        weights=weights,
    )
    keys = [places[position].key for position in ranking.positions]
    return list(zip(keys, ranking.scores.tolist(), strict=True))


_CODES = [code for code, _, _ in INDUSTRIES]
_GRID = [0.0, 1.0, 4.0, 30.0, 59.0, 60.0, 61.0, 100.0, 1_250.0, 20_000.0]
amounts = st.one_of(st.sampled_from(_GRID), st.floats(0, 1e6, allow_subnormal=False))


@st.composite
def bands(draw: st.DrawFn) -> Band:
    low = draw(amounts)
    return Band(low, draw(st.one_of(st.just(float("inf")), st.floats(1, 1e4).map(lambda width: low + width))))


def _figures(names: tuple[str, ...], *, with_bands: bool) -> st.SearchStrategy[dict[str, Any]]:
    stated = st.one_of(amounts, bands()) if with_bands else amounts
    figure = st.one_of(st.none(), stated)
    return st.fixed_dictionaries(
        {name: _mostly(None, 0.5, 300.0) if name.startswith("min_") else figure for name in names}
    )


QUANTITY_NAMES = tuple(quantity.name for quantity in QUANTITIES)
CEILINGS = (
    "max_land_price_10k_cny_per_mu",
    "max_rent_cny_per_m2_month",
    "max_tariff_cny_per_kwh",
    "max_wage_cny_per_month",
)
NEED_NAMES = (*NEED_FIGURES, *CEILINGS, *QUANTITY_NAMES)
OFFER_NAMES = (
    *OFFER_FIGURES,
    *QUANTITY_NAMES,
    "min_investment_10k_cny_per_mu",
    "min_tax_10k_cny_per_mu",
    "min_tax_cny_per_m2",
    "max_energy_tce_per_10k_cny",
)
_HARD = ("land_mu", "floor_area_m2", "power_kva", "labour_persons", *QUANTITY_NAMES, *CEILINGS)
_WORDS = ("家具", "竹木制品", "胶合板", "电子信息", "涂料")


def _mostly(usual: Any, *others: Any) -> st.SearchStrategy[Any]:
    """The usual value three times in four, so that enough pairs pass every rule to be ranked."""
    return st.integers(0, 3).flatmap(lambda n: st.sampled_from(others) if n == 3 else st.just(usual))


_points = st.one_of(st.none(), st.floats(80, 130))
_partners = st.sampled_from(
    [
        Partner("331126", "mountain_sea", "嘉善县—庆元县"),
        Partner("513225", "east_west", "嘉善县—九寨沟县"),
        Partner("330000", "other", "全省协作"),
    ]
)


def needs(*, with_bands: bool = False) -> st.SearchStrategy[Need]:
    """Any need that the API would let in."""
    return st.builds(
        Need,
        key=st.sampled_from(["prj_1", "prj_2", "prj_3"]),
        industry_code=st.sampled_from(_CODES),
        name=st.sampled_from(["", "家具项目", "电子项目"]),
        inputs=st.lists(st.sampled_from(_WORDS), max_size=2).map(tuple),
        materials=st.lists(st.builds(Material, st.just("毛竹"), max_haul_km=st.just(200.0)), max_size=1).map(
            tuple
        ),
        lon=_points,
        lat=st.one_of(st.none(), st.floats(20, 45)),
        site_mode=st.sampled_from(["build", "rent", "either", "both"]),
        figures=_figures(NEED_NAMES, with_bands=with_bands),
        must=st.lists(st.sampled_from(_HARD), unique=True, max_size=4).map(tuple),
        coating=_mostly("water", None, "solvent"),
        is_chemical=_mostly(False, None, True),
        programmes=_mostly((), ("mountain_sea",)),
        partners=st.lists(_partners, max_size=2, unique=True).map(tuple),
    )


@st.composite
def offers(draw: st.DrawFn, *, with_bands: bool = False, key: str = "prf") -> Offer:
    """Any offer that the API would let in."""
    host = draw(st.sampled_from([("331126", "331100", "330000"), ("513225", "513200", "510000")]))
    restrictions = st.builds(
        Restriction,
        st.sampled_from(_CODES),
        st.sampled_from(["prohibited", "conditional"]),
        st.just("须评审"),
    )
    return Offer(
        key=key,
        tie_key=(host[0], "", draw(st.sampled_from(["甲", "乙"])), "industrial_park", key),
        region_code=host[0],
        region_paths=(host,),
        site_kind=draw(st.sampled_from(["county", "industrial_park"])),
        lon=draw(_points),
        lat=draw(st.one_of(st.none(), st.floats(20, 45))),
        figures=draw(_figures(OFFER_NAMES, with_bands=with_bands)),
        land_use=draw(_mostly("M3", None, "M1", "M2")),
        leading_industries=tuple(draw(st.lists(st.sampled_from(_WORDS), max_size=2))),
        industry_codes=tuple(draw(st.lists(st.sampled_from(_CODES), max_size=2))),
        materials=tuple(draw(st.lists(st.builds(Material, st.just("毛竹")), max_size=1))),
        restricted_industries=draw(_mostly(0, 1).flatmap(lambda n: st.tuples(*[restrictions] * n))),
        is_chemical_park=draw(st.sampled_from([None, False, True])),
        environment_unit=draw(_mostly("general_control", None, "priority_protection")),
        as_of=TODAY - timedelta(days=draw(_mostly(30, 0, 365, 366, 1000))),
        valid_until=draw(_mostly(None, TODAY, TODAY - timedelta(days=1))),
        status=draw(_mostly("published", "draft")),
        unconfirmed=draw(st.booleans()),
    )


def offer_lists(*, with_bands: bool = False, least: int = 1, most: int = 5) -> st.SearchStrategy[list[Offer]]:
    """Some offers with keys and tie keys of their own."""
    return st.integers(least, most).flatmap(
        lambda count: st.tuples(*(offers(with_bands=with_bands, key=f"prf_{i}") for i in range(count))).map(
            list
        )
    )
