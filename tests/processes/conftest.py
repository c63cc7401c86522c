"""What the tests with real processes share: a bureau and a county with keys, in a migrated database."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from service.database import Database, writing
from service.domain import keys, organisations
from service.domain.keys import KeyWrite
from service.domain.organisations import OrganisationWrite
from tests.conftest import ORGANISATIONS


@dataclass(frozen=True)
class Keys:
    """Authorization headers of the two sides."""

    bureau: dict[str, str]
    county: dict[str, str]


@pytest.fixture
def keys_of(database: Database) -> Keys:
    headers = []
    with writing(database) as session:
        for name in ("jiashan", "qingyuan"):
            row = organisations.register(session, None, OrganisationWrite.model_validate(ORGANISATIONS[name]))
            minted = keys.create(session, None, KeyWrite(organisation_id=row.id, name="test"))
            headers.append({"Authorization": f"Bearer {minted.secret}"})
    return Keys(*headers)
