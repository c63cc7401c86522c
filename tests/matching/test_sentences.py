"""The sentences themselves: what an officer reads, letter by letter."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matching_examples import MATCHER, TODAY, WEIGHTS, case, need, needs, offer, offers

from service.matching.criteria import CRITERIA
from service.matching.values import Band, Material, Need, Offer, Partner, Restriction

REASONS = {criterion.name: criterion.reason for criterion in CRITERIA}
RULES = {rule.name: rule for rule in MATCHER.rules}
PAIRED = (Partner("331126", "mountain_sea", "嘉善县—庆元县（山海协作）"),)
BARE: dict[str, Any] = {"leading_industries": (), "industry_codes": ()}


def summary(wanted: Need, place: Offer, language: Any = "zh") -> str:
    columns = MATCHER.needs([wanted]), MATCHER.offers([place])
    return MATCHER.pair(*columns, today=TODAY, weights=WEIGHTS, language=language).summary


SENTENCES: list[tuple[str, Need, Offer, float, str]] = [
    (
        "industry",
        need(),
        offer(),
        0.8,
        "当地主导产业“家具”与项目行业（C2110 木质家具制造）同属大类 C21 家具制造业。",
    ),
    (
        "industry",
        need(),
        offer(leading_industries=(), industry_codes=("C2110",)),
        1.0,
        "当地主导产业与项目行业一致（C2110 木质家具制造）。",
    ),
    (
        "industry",
        need(),
        offer(leading_industries=("电子信息",), industry_codes=("C39",)),
        0.2,
        "当地主导产业“电子信息”与项目行业（C2110 木质家具制造）仅同属门类 C 制造业。",
    ),
    (
        "industry",
        need(),
        offer(industry_codes=("A02",)),
        0.0,
        "当地产业与项目行业（C2110 木质家具制造）不属同一门类。",
    ),
    ("industry", need(), offer(**BARE), 0.2, "当地产业代码未填报，暂按 0.2 计，需与当地确认。"),
    (
        "supply_chain",
        need(inputs=("胶合板", "云上之物")),
        offer(leading_industries=("板材",)),
        0.4,
        (
            "所需 2 项投入品中 1 项当地有相应产业：“胶合板”对应当地“板材”（C202 人造板制造）；云上之"
            "物未能识别行业，未计入；当地“家具制造业”（C21）与项目产品“木质家具”同类。"
        ),
    ),
    (
        "supply_chain",
        need(inputs=("胶合板", "毛竹")),
        offer(leading_industries=("板材",), industry_codes=()),
        0.4,
        (
            "所需 2 项投入品中 1 项当地有相应产业：“胶合板”对应当地“板材”（C202 人造板制造）；毛竹未"
            "能识别行业，未计入。"
        ),
    ),
    ("supply_chain", need(inputs=("胶合板",), products=()), offer(), 0.0, "当地未见生产所需胶合板的产业。"),
    (
        "supply_chain",
        need(inputs=(), products=()),
        offer(leading_industries=(), industry_codes=("C20",)),
        1.0,
        "当地“木材加工和木、竹、藤、棕、草制品业”（C20）通常为项目行业供货。",
    ),
    (
        "supply_chain",
        need(industry_code="C202", inputs=(), products=()),
        offer(),
        1.0,
        "当地“家具”（C21 家具制造业）通常采购项目产品。",
    ),
    ("supply_chain", need(inputs=(), products=()), offer(), 0.0, "未发现上下游配套关系。"),
    (
        "supply_chain",
        need(inputs=(), products=(), materials=(Material("石墨烯", max_haul_km=300),)),
        offer(**BARE, materials=(Material("石墨烯粉"),)),
        0.5,
        "石墨烯未能识别行业，未计入；原料“石墨烯”当地有产（“石墨烯粉”），但超出运距。",
    ),
    ("text", need(), offer(), 0.64, "文字相近（0.64）：“家具”。"),
    (
        "text",
        need(),
        offer(leading_industries=("电子",), industry_codes=()),
        0.01,
        "文字差异较大（0.01），无共同用词。",
    ),
    ("land", need(), offer(), 1.0, "可用土地 120 亩，项目需 60 亩，满足，富余 60 亩。"),
    ("land", need(), offer(figures={"land_mu": 45.0}), 0.56, "可用土地 45 亩，项目需 60 亩，缺 15 亩。"),
    (
        "land",
        need(),
        offer(figures={"largest_parcel_mu": 80.5}),
        1.0,
        "可用土地 80.5 亩，项目需 60 亩，满足，富余 20.5 亩（按最大连片地块计）。",
    ),
    (
        "land",
        need(),
        offer(figures={"land_mu": None}),
        0.5,
        "项目需 60 亩；当地可用土地未填报，暂按 0.5 计，需与当地确认。",
    ),
    ("land", need(figures={"land_mu": None}), offer(), 1.0, "项目对土地无要求。"),
    (
        "land",
        need(),
        offer(figures={"land_mu": Band(50, 100)}),
        0.7,
        "可用土地 50 至 100 亩，项目需 60 亩（按区间比较）。",
    ),
    (
        "land",
        need(),
        offer(figures={"land_mu": 60.0}, sources={"land_mu": "自规局 2026-10-01"}),
        1.0,
        "可用土地 60 亩，项目需 60 亩，满足（依据：自规局 2026-10-01）。",
    ),
    (
        "power",
        need(),
        offer(figures={"power_kva": 800.0}),
        0.41,
        "可用受电容量 800 千伏安，项目需 1,250 千伏安，缺 450 千伏安。",
    ),
    ("labour", need(), offer(), 1.0, "可招劳动力 400 人，项目需 200 人，满足，富余 200 人。"),
    (
        "cost",
        need(figures={"max_tariff_cny_per_kwh": 0.55, "max_land_price_10k_cny_per_mu": 12.0}),
        offer(figures={"wage_cny_per_month": None}),
        0.6,
        (
            "土地价格 10 万元/亩（未超项目上限 12 万元/亩）；电价 0.6 元/千瓦时（高于项目上限 0.55 元/千"
            "瓦时）。工资未填报，需确认。未填报项暂按 0.5 计。"
        ),
    ),
    (
        "partnership",
        need(partners=PAIRED),
        offer(),
        1.0,
        "属结对地区：嘉善县—庆元县（山海协作），按所在地认定。",
    ),
    ("partnership", need(), offer(), 0.0, "与项目方无结对关系。"),
    ("proximity", need(), offer(lon=85.0, lat=42.0), 0.0, "直线距离约 3,415 公里。"),
    ("proximity", need(), offer(lon=120.92, lat=30.84), 1.0, "直线距离不足 1 公里。"),
    ("freshness", need(), offer(), 0.92, "填报于 2026-10-24，距今 30 天（时效 365 天）。"),
    ("freshness", need(), offer(as_of=TODAY), 1.0, "2026-11-23 填报，为最新数据。"),
]


@pytest.mark.parametrize(("criterion", "wanted", "place", "utility", "said"), SENTENCES)
def test_a_criterion_says_what_fits_by_how_much_and_what_is_short(
    criterion: str, wanted: Need, place: Offer, utility: float, said: str
) -> None:
    assert REASONS[criterion](case(wanted, place), utility).text == said


RULED: list[tuple[str, Need, Offer, str]] = [
    (
        "restricted_industry",
        need(),
        offer(restricted_industries=(Restriction("C21", "prohibited"),)),
        "C21 家具制造业属当地禁止准入行业。",
    ),
    (
        "investment_intensity",
        need(),
        offer(figures={"min_investment_10k_cny_per_mu": 350.0}),
        "当地亩均投资门槛 350 万元/亩，项目为 300 万元/亩，差 50 万元/亩。",
    ),
    (
        "investment_intensity",
        need(),
        offer(figures={"min_investment_10k_cny_per_mu": 300.0}),
        "当地亩均投资门槛 300 万元/亩，项目为 300 万元/亩，达标。",
    ),
    (
        "investment_intensity",
        need(figures={"land_mu": Band(50, 100)}),
        offer(figures={"min_investment_10k_cny_per_mu": 300.0}),
        "当地亩均投资门槛 300 万元/亩，项目约为 180 至 360 万元/亩（按区间比较）。",
    ),
    (
        "energy_intensity",
        need(),
        offer(figures={"max_energy_tce_per_10k_cny": 0.15}),
        ("当地单位增加值能耗门槛 0.15 吨标准煤/万元，项目为 0.2 吨标准煤/万元，超出 0.05 吨标准煤/万元。"),
    ),
    ("profile_published", need(), offer(status="draft"), "资源档案未发布（草稿）。"),
    (
        "land_use_class",
        need(coating="solvent"),
        offer(land_use="M1"),
        "用地类别为 M1，项目至少需 M2，不满足。",
    ),
    (
        "land_price_ceiling",
        need(figures={"max_land_price_10k_cny_per_mu": 9.6}),
        offer(),
        "土地价格 10 万元/亩，上限 9.6 万元/亩，高出 0.4 万元/亩。",
    ),
    (
        "enough_land",
        need(),
        offer(figures={"land_mu": 45.0, "largest_parcel_mu": 30.0}),
        "可用土地 45 亩，项目需 60 亩，缺 15 亩。最大连片地块 30 亩，项目需 60 亩，缺 30 亩。",
    ),
    (
        "chemical_park",
        need(is_chemical=True),
        offer(),
        "化工项目须进入认定的化工园区，当地不属认定的化工园区。",
    ),
]


@pytest.mark.parametrize(("rule", "wanted", "place", "said"), RULED)
def test_a_rule_says_the_figures_and_the_gap(rule: str, wanted: Need, place: Offer, said: str) -> None:
    assert RULES[rule].show(case(wanted, place)).text == said


SUMMARIES: list[tuple[Need, Offer, str]] = [
    (
        need(),
        offer(),
        ("产业对口、土地充足（120/60 亩）、供电充足（5,000/1,250 千伏安）；短板：配套不足（0/1 项投入品）。"),
    ),
    (
        need(partners=PAIRED),
        offer(),
        (
            "产业对口、土地充足（120/60 亩）、供电充足（5,000/1,250 千伏安）、属结对地区（山海协作）；短"
            "板：配套不足（0/1 项投入品）。"
        ),
    ),
    (
        need(inputs=("胶合板", "毛竹")),
        offer(leading_industries=("家具", "板材")),
        "产业对口、土地充足（120/60 亩）、配套较全（1/2 项投入品）；短板：非结对地区。",
    ),
    (
        need(),
        offer(figures={"tariff_cny_per_kwh": None, "land_mu": 30.0}),
        (
            "产业对口、供电充足（5,000/1,250 千伏安）、用工充足（400/200 人）；短板：电价待确认、配套不足"
            "（0/1 项投入品）。"
        ),
    ),
    (
        need(),
        offer(figures={"land_mu": 55.0}),
        (
            "产业对口、供电充足（5,000/1,250 千伏安）、用工充足（400/200 人）；短板：配套不足（0/1 项投入"
            "品）。"
        ),
    ),
    (
        need(),
        Offer(key="x", tie_key=("331126", "", "", "", "x"), region_code="331126"),
        "无突出优势；短板：产业代码待确认、非结对地区。",
    ),
    (
        need(inputs=(), products=()),
        offer(leading_industries=("电子信息",), industry_codes=("C39",)),
        ("土地充足（120/60 亩）、供电充足（5,000/1,250 千伏安）、用工充足（400/200 人）；短板：产业不对口。"),
    ),
    (
        need(site_mode="rent"),
        offer(),
        (
            "产业对口、厂房充足（30,000/20,000 平方米）、供电充足（5,000/1,250 千伏安）；短板：配套不足（"
            "0/1 项投入品）。"
        ),
    ),
    (
        need(site_mode="both"),
        offer(figures={"floor_area_m2": 8_000.0}),
        (
            "产业对口、供电充足（5,000/1,250 千伏安）、用工充足（400/200 人）；短板：厂房不足（8,000/20,0"
            "00 平方米）。"
        ),
    ),
    (
        need(),
        offer(figures={"land_mu": Band(100, 200), "labour_persons": 20.0}),
        (
            "产业对口、土地充足（100 至 200 对 60 亩）、供电充足（5,000/1,250 千伏安）；短板：配套不足（0"
            "/1 项投入品）。"
        ),
    ),
    (
        need(inputs=(), products=(), partners=PAIRED),
        offer(leading_industries=("家具", "竹木加工"), figures={"power_kva": 625.0}),
        (
            "产业对口、配套较全、土地充足（120/60 亩）、属结对地区（山海协作）；短板：供电不足（625/1,250"
            " 千伏安）。"
        ),
    ),
    (
        need(inputs=(), products=(), partners=PAIRED, figures={"steam_t_per_h": 8.0}),
        offer(industry_codes=("C2110", "C20"), figures={"steam_t_per_h": 2.0}),
        "产业对口、配套较全、土地充足（120/60 亩）、属结对地区（山海协作）；短板：其他要素不足。",
    ),
    (
        need(inputs=(), products=(), partners=PAIRED),
        offer(industry_codes=("C2110", "C20"), lon=85.0, lat=42.0, as_of=TODAY - timedelta(days=300)),
        "产业对口、配套较全、土地充足（120/60 亩）、属结对地区（山海协作）；短板：距离 3,415 公里。",
    ),
    (
        need(inputs=(), products=(), partners=PAIRED),
        offer(industry_codes=("C2110", "C20")),
        "产业对口、配套较全、土地充足（120/60 亩）、属结对地区（山海协作）；无明显短板。",
    ),
]


@pytest.mark.parametrize(("wanted", "place", "said"), SUMMARIES)
def test_a_summary_says_the_strongest_points_and_then_the_weakest(
    wanted: Need, place: Offer, said: str
) -> None:
    assert summary(wanted, place) == said


def test_the_same_stands_in_english() -> None:
    wanted, place = need(partners=PAIRED), offer(figures={"land_mu": 45.0, "tariff_cny_per_kwh": None})
    said = {criterion.name: criterion.reason(case(wanted, place, "en"), 0.5).text for criterion in CRITERIA}
    assert said == {
        "industry": (
            "The place's leading industry “家具” and the project's C2110 木质家具制造 share the"
            " division C21 家具制造业."
        ),
        "supply_chain": (
            "The place makes none of 胶合板; the place's “家具” (C21 家具制造业) is of one kind"
            " with “木质家具”."
        ),
        "text": "Similar wording (0.50): “家具”.",
        "land": "Land: 45 mu for 60 mu needed, 15 mu short.",
        "power": "Power: 5,000 kVA free for 1,250 kVA needed.",
        "labour": "Labour: 400 persons free for 200 persons needed.",
        "quantities": "The project names no other quantities.",
        "cost": (
            "Land price 100,000 CNY/mu; Wage 4,500 CNY per month. Tariff: not stated, to confirm."
            " What is missing counts 0.5."
        ),
        "partnership": (
            "The pairing “嘉善县—庆元县（山海协作）” (mountain-sea cooperation) counts, by the host region."
        ),
        "proximity": "About 401 km away (great circle).",
        "freshness": "Stated on 2026-10-24, 30 days ago (good for 365 days).",
    }
    assert summary(wanted, place, "en") == (
        "Same industry, enough power (5,000/1,250 kVA), enough labour (400/200 persons), partner regi"
        "on (mountain-sea cooperation); weak: tariff to confirm, little of the chain (0/1 inputs)."
    )
    place = offer(figures={"min_investment_10k_cny_per_mu": 350.0})
    assert RULES["investment_intensity"].show(case(wanted, place, "en")).text == (
        "The place's minimum investment per mu is 3,500,000 CNY/mu, the project's is 3,000,000 CNY/mu"
        ", 500,000 CNY/mu short."
    )


@settings(max_examples=40, deadline=None)
@given(wanted=needs(with_bands=True), place=offers(with_bands=True), language=st.sampled_from(["zh", "en"]))
def test_whatever_the_pair_no_sentence_has_doubled_marks_or_trailing_zeros(
    wanted: Need, place: Offer, language: Any
) -> None:
    pair = MATCHER.pair(
        MATCHER.needs([wanted]), MATCHER.offers([place]), today=TODAY, weights=WEIGHTS, language=language
    )
    said = [pair.summary, *(line.reason for line in pair.contributions), *(f.reason for f in pair.failures)]
    for text in said:
        for wrong in ("  ", "。。", "，，", "；；", "、、", "()", "（）", "None", "nan", "..", "00000"):
            assert wrong not in text, text
        assert text.endswith("。" if language == "zh" else "."), text
