import re
from collections import Counter, defaultdict
from statistics import fmean

import pytest

from service.reference import (
    IndustryRow,
    RegionRow,
    cooperation_facts,
    industries,
    leading_industry_codes,
    pairings,
    regions,
    zones,
)

REGION: dict[str, RegionRow] = {row.code: row for row in regions()}
INDUSTRY: dict[str, IndustryRow] = {row.code: row for row in industries()}
READING = {row.word: row.industry_codes for row in leading_industry_codes()}

# GB/T 2260: counties that the province administers itself, by their first four digits.
DIRECT_PREFIXES = {"1101", "1201", "3101", "5001", "5002", "4190", "4290", "4690", "6590"}
CITIES_WITHOUT_COUNTIES = {"441900", "442000", "460400", "620200"}


def children(parent: RegionRow) -> list[RegionRow]:
    return [row for row in regions() if row.parent_code == parent.code]


def test_region_codes_are_unique_and_counted_as_the_readme_says():
    assert len(REGION) == len(regions()) == 3211
    assert Counter(row.level for row in regions()) == {"province": 31, "prefecture": 333, "county": 2847}


def test_every_region_follows_its_parent_in_the_file():
    seen: set[str | None] = {None}
    for row in regions():
        assert row.parent_code in seen, row
        seen.add(row.code)


def test_a_parent_is_one_level_up_and_shares_its_digits():
    for row in regions():
        if row.level == "province":
            assert row.parent_code is None
            assert row.code.endswith("0000")
        elif row.level == "prefecture":
            assert row.parent_code == row.code[:2] + "0000"
            assert row.code.endswith("00")
        else:
            direct = row.code[:4] in DIRECT_PREFIXES
            assert row.parent_code == (row.code[:2] + "0000" if direct else row.code[:4] + "00"), row
            assert not row.code.endswith("00")


def test_names_are_unique_below_one_parent_and_full_names_everywhere():
    assert len({(row.parent_code, row.name) for row in regions()}) == len(regions())
    assert len({row.full_name for row in regions()}) == len(regions())


def test_a_full_name_is_the_parents_full_name_and_the_own_name():
    for row in regions():
        above = REGION[row.parent_code].full_name if row.parent_code else ""
        assert row.full_name == above + row.name


@pytest.mark.parametrize(
    ("code", "full_name"),
    [
        ("330421", "浙江省嘉兴市嘉善县"),
        ("331126", "浙江省丽水市庆元县"),
        ("513225", "四川省阿坝藏族羌族自治州九寨沟县"),
        ("110101", "北京市东城区"),
        ("500229", "重庆市城口县"),
        ("419001", "河南省济源市"),
        ("429004", "湖北省仙桃市"),
        ("469002", "海南省琼海市"),
        ("659001", "新疆维吾尔自治区石河子市"),
        ("441900", "广东省东莞市"),
    ],
)
def test_well_known_places_have_their_path(code: str, full_name: str):
    assert REGION[code].full_name == full_name


def test_a_derived_centroid_is_the_mean_of_the_counties_below():
    below: defaultdict[str, list[RegionRow]] = defaultdict(list)
    for row in regions():
        if row.level == "county":
            below[row.code[:2] + "0000"].append(row)
            if row.parent_code and not row.parent_code.endswith("0000"):
                below[row.parent_code].append(row)
    for row in regions():
        if row.level == "county":
            continue
        lons = [county.lon for county in below[row.code] if county.lon is not None]
        lats = [county.lat for county in below[row.code] if county.lat is not None]
        areas = [county.area_km2 for county in below[row.code] if county.area_km2 is not None]
        if not lons:
            assert (row.lon, row.lat, row.area_km2) == (None, None, None), row
            continue
        assert row.lon == pytest.approx(fmean(lons), abs=1e-5)
        assert row.lat == pytest.approx(fmean(lats), abs=1e-5)
        assert row.area_km2 == pytest.approx(sum(areas), abs=0.06)


def test_only_nine_counties_and_what_depends_on_them_have_no_point():
    without = [row for row in regions() if row.lon is None]
    assert all(row.lat is None and row.area_km2 is None for row in without)
    assert sum(row.level == "county" for row in without) == 9
    prefectures = {row.code for row in without if row.level == "prefecture"}
    assert prefectures == CITIES_WITHOUT_COUNTIES | {"460300"}


def test_points_lie_in_china():
    for row in regions():
        if row.lon is not None and row.lat is not None:
            assert 73 < row.lon < 136, row
            assert 3 < row.lat < 54, row


def test_the_cities_without_counties_are_the_only_prefectures_without_children():
    childless = {row.code for row in regions() if row.level == "prefecture" and not children(row)}
    assert childless == CITIES_WITHOUT_COUNTIES


def test_every_industry_has_a_parent_one_level_up_that_precedes_it():
    assert len(INDUSTRY) == len(industries()) == 1970
    assert Counter(row.level for row in industries()) == {1: 20, 2: 97, 3: 473, 4: 1380}
    seen: set[str | None] = {None}
    for row in industries():
        assert row.parent_code in seen
        seen.add(row.code)
        assert (row.parent_code is None) == (row.level == 1)
        if row.parent_code:
            assert INDUSTRY[row.parent_code].level == row.level - 1
            assert row.code.startswith(row.parent_code)


def test_zone_keys_are_unique_and_only_s377018_stands_twice():
    assert len(zones()) == 2543
    assert len({zone.key for zone in zones()}) == 2543
    assert len({zone.name for zone in zones()}) == 2543
    assert [code for code, times in Counter(zone.code for zone in zones()).items() if times > 1] == [
        "S377018"
    ]
    twice = {zone.key: (zone.name, zone.region_code) for zone in zones() if zone.code == "S377018"}
    assert twice == {
        "S377018": ("山东淄川经济开发区", "370302"),
        "S377018-2": ("山东临淄经济开发区", "370305"),
    }
    assert all(zone.key == zone.code for zone in zones() if zone.key != "S377018-2")


def test_887_zones_lie_in_a_region_that_is_no_county():
    levels = Counter(REGION[zone.region_code].level for zone in zones())
    assert levels == {"county": 1656, "prefecture": 706, "province": 181}
    assert levels["prefecture"] + levels["province"] == 887


def test_how_a_zone_was_placed_agrees_with_the_level_of_its_region():
    levels = {"name": "county", "manual": "county", "prefecture": "prefecture"}
    for zone in zones():
        assert REGION[zone.region_code].level == levels.get(zone.location_match, "province"), zone


@pytest.mark.parametrize(
    ("name", "region_code"),
    [
        ("嘉善经济技术开发区", "330421"),
        ("浙江庆元工业园区", "331126"),
        ("东莞松山湖高新技术产业开发区", "441900"),
        ("中山火炬高技术产业开发区", "442000"),
        ("甘肃嘉峪关工业园区", "620200"),
        ("北京经济技术开发区", "110000"),
    ],
)
def test_zones_lie_where_their_name_says(name: str, region_code: str):
    assert [zone.region_code for zone in zones() if zone.name == name] == [region_code]


def test_zone_fields_are_complete():
    assert Counter(zone.approval_level for zone in zones()) == {"national": 552, "provincial": 1991}
    for zone in zones():
        assert re.fullmatch(r"(19|20)\d\d-(0[1-9]|1[0-2])", zone.approved), zone
        assert 0 < zone.approved_area_ha < 30_000, zone
        assert zone.code[0] == ("G" if zone.approval_level == "national" else "S")


def test_leading_industries_are_clean_words():
    for zone in zones():
        for word in zone.leading_industries:
            assert re.fullmatch(r"[一-鿿]+", word), (zone.name, word)
            assert word != "在建"
    assert sum(not zone.leading_industries for zone in zones()) == 13


def test_every_leading_industry_word_is_read_and_counted():
    used = Counter(word for zone in zones() for word in zone.leading_industries)
    assert {row.word: row.zones for row in leading_industry_codes()} == used
    assert len(READING) == len(leading_industry_codes()) == 1073
    assert sum(not codes for codes in READING.values()) == 58


def test_readings_name_codes_that_exist():
    for word, codes in READING.items():
        assert set(codes) <= INDUSTRY.keys(), word
        assert len(set(codes)) == len(codes), word


def test_a_zones_codes_are_the_readings_of_its_words_in_their_order():
    for zone in zones():
        read = [code for word in zone.leading_industries for code in READING[word]]
        assert zone.industry_codes == tuple(dict.fromkeys(read)), zone


@pytest.mark.parametrize(
    ("word", "codes"),
    [
        ("家具", ("C21",)),
        ("红木家具", ("C211",)),
        ("木材加工", ("C20",)),
        ("竹木制品", ("C20", "C204")),
        ("木制品", ("C203",)),
        ("人造板", ("C202",)),
        ("木业家具", ("C20", "C21")),
        ("汽车", ("C36",)),
        ("汽车零部件", ("C367",)),
        ("装备制造", ("C34", "C35")),
        ("电子信息", ("C39",)),
        ("医药", ("C27",)),
        ("食品", ("C14",)),
        ("农副产品加工", ("C13",)),
        ("纺织服装", ("C17", "C18")),
        ("建材", ("C30",)),
        ("化工", ("C26",)),
        ("五金", ("C33",)),
        ("光伏", ("C3825",)),
        ("新材料", ()),
        ("加工贸易", ()),
    ],
)
def test_frequent_words_are_read_as_agreed(word: str, codes: tuple[str, ...]):
    assert READING[word] == codes


def test_pairings_join_known_counties_once():
    rows = pairings()
    assert len(rows) == 15
    assert len({(row.supporting_region_code, row.partner_region_code, row.programme) for row in rows}) == 15
    for row in rows:
        assert REGION[row.supporting_region_code].level == "county"
        assert REGION[row.partner_region_code].level == "county"
        assert row.evidence in {"explicit", "list_order", "delegation_visit"}
        assert row.since is None
        assert row.source
        assert row.seen


def test_mountain_sea_pairs_stay_in_zhejiang_and_east_west_pairs_cross_provinces():
    for row in pairings():
        same = row.supporting_region_code[:2] == row.partner_region_code[:2]
        assert same == (row.programme == "mountain_sea"), row


def test_jiashan_is_paired_with_qingyuan_and_jiuzhaigou():
    pairs = {
        (row.partner_region_code, row.programme)
        for row in pairings()
        if row.supporting_region_code == "330421"
    }
    assert pairs == {("331126", "mountain_sea"), ("513225", "east_west")}


def test_cooperation_facts_cite_a_page_about_a_known_county():
    assert len(cooperation_facts()) == 16
    for fact in cooperation_facts():
        assert REGION[fact.county_code].level == "county"
        assert fact.source.startswith("http")
