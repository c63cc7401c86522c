"""Where an organisation stands among its peers: who they are, what they submitted, what bulletins say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session, select

from service.domain import bulletins, submissions
from service.domain.assessing.ranks import Standing, Told, standing
from service.domain.indicators import Period
from service.domain.pairings import Programme
from service.domain.submissions import Reported
from service.domain.targets import Target

_NOBODY = frozenset[str]()


@dataclass(frozen=True, slots=True)
class Peers:
    """What ranks are told from, read once for all indicators."""

    organisation_id: str
    told: Mapping[str | None, Told]
    by_indicator: Mapping[str, frozenset[str]]
    reported: Mapping[str, Reported]

    def of_indicator(self, code: str) -> Standing:
        """The standing by an indicator: the better ratio comes first."""
        figures = {name: found.ratios.get(code) for name, found in self.reported.items()}
        peers = self.by_indicator.get(code, _NOBODY)
        return standing(self.organisation_id, self.told.get(code), peers, figures)

    def of_whole(self) -> Standing:
        """The standing by the points for done against target; those for ranks would turn in a circle."""
        figures = {name: found.total for name, found in self.reported.items()}
        everybody = _NOBODY.union(*self.by_indicator.values())
        return standing(self.organisation_id, self.told.get(None), everybody, figures)


def peers_of(
    session: Session, organisation_id: str, programme: Programme, year: int, period: Period
) -> Peers:
    """The peers of an organisation: who has a target of the same authority for the same indicator."""
    scope = select(Target).where(
        Target.programme == programme,
        Target.year == year,
        Target.period == period,
    )
    setters: defaultdict[str, set[str]] = defaultdict(set)
    everybody: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for row in session.exec(scope):
        everybody[row.indicator, row.set_by_organisation_id].add(row.organisation_id)
        if row.organisation_id == organisation_id:
            setters[row.indicator].add(row.set_by_organisation_id)
    by_indicator = {
        code: _NOBODY.union(*(everybody[code, setter] for setter in setters[code])) for code in setters
    }
    names = _NOBODY.union(*by_indicator.values())
    return Peers(
        organisation_id,
        bulletins.told(session, organisation_id, programme, year, period),
        by_indicator,
        submissions.newest(session, names, programme, year, period),
    )


def unranked(organisation_id: str) -> Peers:
    """Of a single pairing nobody is ranked."""
    return Peers(organisation_id, {}, {}, {})
