"""Faulty members of bodies, each with the pointer and the code of its refusal."""

from __future__ import annotations

from collections.abc import Iterator

PROJECT_BASE = '"name": "项目", "industry_code": "C2110", "origin_region_code": "330421"'
PROFILE_BASE = '"region_code": "331126", "site_kind": "county", "as_of": "2026-11-01"'
LONG_INTEGER = "9" * 5000

# Method, path, body, and the pointer at which the body's members stand.
Body = tuple[str, str, str, str]

# A member of a body, the pointer of its fault, the code. They are faults of every body that has the field.
NUMBERS = [
    ('"land_mu": NaN', "", "not_finite"),
    ('"land_mu": Infinity', "", "not_finite"),
    ('"land_mu": -Infinity', "", "not_finite"),
    ('"land_mu": 1e400', "", "not_finite"),
    ('"quantities": {"largest_parcel_mu": -1e400}', "", "not_finite"),
    ('"land_mu": 9223372036854775808', "/land_mu", "number_out_of_range"),
    ('"land_mu": -9223372036854775809', "/land_mu", "number_out_of_range"),
    (f'"land_mu": {LONG_INTEGER}', "", "number_out_of_range"),
    (f'"land_mu": {LONG_INTEGER[:4000]}', "/land_mu", "number_out_of_range"),
    ('"land_mu": "60"', "/land_mu", "not_a_number"),
    ('"land_mu": true', "/land_mu", "not_a_number"),
    ('"land_mu": [60]', "/land_mu", "not_a_number"),
    ('"land_mu": -1', "/land_mu", "greater_than_equal"),
    ('"land_mu": 1e8', "/land_mu", "less_than_equal"),
    ('"quantities": {"largest_parcel_mu": "60"}', "/quantities/largest_parcel_mu", "not_a_number"),
    ('"quantities": {"largest_parcel_mu": true}', "/quantities/largest_parcel_mu", "not_a_number"),
    ('"quantities": {"largest_parcel_mu": 9e11}', "/quantities/largest_parcel_mu", "number_out_of_range"),
]
TEXTS = [
    (r'"description": "a\ud800b"', "/description", "forbidden_character"),
    (r'"description": "a\u0000b"', "/description", "forbidden_character"),
    (r'"description": "a\u202eb"', "/description", "forbidden_character"),
    (r'"description": "a\u2066b"', "/description", "forbidden_character"),
    (r'"description": "a\u061cb"', "/description", "forbidden_character"),
    ('"description": "a\u202eb"', "/description", "forbidden_character"),
    ('"description": 5', "/description", "not_a_string"),
    (f'"description": "{"长" * 5001}"', "/description", "string_too_long"),
    (r'"materials": [{"name": "\udfff"}]', "/materials/0/name", "forbidden_character"),
    ('"materials": [{"name": "  "}]', "/materials/0/name", "string_too_short"),
]
SHAPES = [
    ('"land_mu": 1, "land_mu": 1', "", "duplicate_key"),
    ('"quantities": {"largest_parcel_mu": 1, "largest_parcel_mu": 2}', "", "duplicate_key"),
    ('"colour": 1', "/colour", "extra_forbidden"),
    ('"colour": null', "/colour", "extra_forbidden"),
    (r'"\ud800": 1', None, ""),
    (r'"\ud800": null', None, ""),
    (r'"a\u0000/~": 1', "/a\x00~1~0", "extra_forbidden"),
    ('"id": "prj_00000"', "/id", "extra_forbidden"),
    ('"version": 7', "/version", "extra_forbidden"),
    ('"materials": [{"name": "竹", "colour": 1}]', "/materials/0/colour", "extra_forbidden"),
    ('"quantities": {"no_such_quantity": 1}', "/quantities/no_such_quantity", "unknown_quantity"),
    ('"quantities": {"power_kva": 1}', "/quantities/power_kva", "unknown_quantity"),
    ('"quantities": [1]', "/quantities", "dict_type"),
    ('"materials": ' + "[" * 40 + "]" * 40, "", "too_deep"),
    ('"materials": ' + "[" * 100_000 + "]" * 100_000, "", "too_deep"),
    ('"materials": [', "", "json_invalid"),
]
OF_PROJECTS = [
    ('"name": null', "/name", ""),
    ('"industry_code": "C9999"', "/industry_code", "unknown_industry"),
    ('"industry_code": "c2110"', "/industry_code", "string_pattern_mismatch"),
    ('"origin_region_code": "999999"', "/origin_region_code", "unknown_region"),
    ('"origin_region_code": "３３０４２１"', "/origin_region_code", "string_pattern_mismatch"),
    ('"must": ["land_mu", "beauty"]', "/must/1", "unknown_need"),
    ('"shared_with": ["org_0000000000"]', "/shared_with/0", "unknown_organisation"),
    ('"incubated_project_id": "prj_0000000000"', "/incubated_project_id", "unknown_project"),
    ('"visibility": "everyone"', "/visibility", "literal_error"),
    ('"is_chemical": "true"', "/is_chemical", "not_a_boolean"),
    ('"is_chemical": 1', "/is_chemical", "not_a_boolean"),
    ('"wanted_by": 0', "/wanted_by", "not_a_date"),
    ('"wanted_by": "1700000000"', "/wanted_by", "not_a_date"),
    ('"wanted_by": "2026-02-30"', "/wanted_by", ""),
    ('"wanted_by": "0001-01-01"', "/wanted_by", "date_out_of_range"),
    (f'"products": [{", ".join(["1"] * 51)}]', "/products", ""),
]
OF_PROFILES = [
    ('"region_code": "999999"', "/region_code", "unknown_region"),
    ('"home_region_codes": ["331126", "999999"]', "/home_region_codes/1", "unknown_region"),
    ('"zone_code": "S000000"', "/zone_code", "unknown_zone"),
    ('"industry_codes": ["C20", "C9999"]', "/industry_codes/1", "unknown_industry"),
    (
        '"restricted_industries": [{"code": "C9999", "level": "prohibited"}]',
        "/restricted_industries/0/code",
        "unknown_industry",
    ),
    (
        '"restricted_industries": [{"code": "C26", "level": "forbidden"}]',
        "/restricted_industries/0/level",
        "literal_error",
    ),
    ('"evidence": {"power_kva": {"colour": 1}}', "/evidence/power_kva/colour", "extra_forbidden"),
    ('"evidence": {"beauty": {}}', "/evidence/beauty", "unknown_figure"),
    ('"restricted_fields": ["beauty"]', "/restricted_fields/0", "unknown_figure"),
    ('"lon": 119, "lat": null', "/lon", "half_a_point"),
    ('"lon": 181, "lat": 27', "/lon", "less_than_equal"),
    ('"as_of": "2199-01-01"', "/as_of", "in_the_future"),
    ('"valid_until": "2020-01-01"', "/valid_until", "before_as_of"),
]
NOT_JSON = [
    (b"", ""),
    (b"\xff\xfe{}", "not_utf8"),
    (('{"name": "' + "项目").encode("gb18030") + b'"}', "not_utf8"),
    (f"{{{PROJECT_BASE}}}".encode("utf-16"), "not_utf8"),
    (b"\xef\xbb\xbf{}", "json_invalid"),
    (b"{", "json_invalid"),
    (b"{}{}", "json_invalid"),
    (b"[]", ""),
    (b"null", ""),
    (b'"text"', ""),
    (b"5", ""),
]


def _whole(base: str, member: str) -> str:
    # A member that stands in the base already is replaced there: twice would be another fault.
    name = member.partition(":")[0]
    kept = [part for part in base.split(", ") if part.partition(":")[0] != name]
    return f"{{{', '.join([*kept, member])}}}"


def bodies_of_a_project(project_id: str, member: str) -> Iterator[Body]:
    whole = _whole(PROJECT_BASE, member)
    yield "POST", "/v1/projects", whole, ""
    yield "PUT", f"/v1/projects/{project_id}", whole, ""
    yield "PATCH", f"/v1/projects/{project_id}", f"{{{member}}}", ""
    yield "POST", "/v1/match-queries", f'{{"project": {whole}}}', "/project"


def bodies_of_a_profile(profile_id: str, member: str) -> Iterator[Body]:
    whole = _whole(PROFILE_BASE, member)
    yield "POST", "/v1/profiles", whole, ""
    yield "PUT", f"/v1/profiles/{profile_id}", whole, ""
    yield "PATCH", f"/v1/profiles/{profile_id}", f"{{{member}}}", ""


def in_turn(place: int, bodies: Iterator[Body]) -> list[Body]:
    """Every way in for a fault of the body's shape; for one of a value, two ways that take turns."""
    every = list(bodies)
    others = every[1:]
    return every if place < len(SHAPES) else [every[0], others[place % len(others)]]
