"""The matcher of a database: its model, its rule pack, its quantities and the shipped classification."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

from sqlmodel import Session, col, select

from service.domain import catalogue, models
from service.domain.industries import Industry
from service.domain.quantities import Quantity
from service.matching import model_file, values
from service.matching.history import Placement
from service.matching.lexicon import TermLexicon
from service.matching.matcher import Matcher
from service.matching.rulebook import RuleBook
from service.matching.text import TextModel
from service.matching.tree import IndustryTree
from service.matching.words import training_texts
from service.reference import catalogue as shipped

_QUANTITY_FIELDS = tuple(field.name for field in fields(values.Quantity))


def fit_first_model(session: Session) -> None:
    """Fit the model that ships and make it live, where the database has none.

    It learns from the shipped texts alone: never from the profiles that happen to be there, so that
    adding a county reorders nobody.
    """
    if session.exec(select(models.Model.id)).first() is not None:
        return
    texts, labels = _shipped_texts()
    model = fit_text_model(texts, labels)
    models.store(session, model.version_, model_file.dumps(model), {"fitted_on_texts": len(texts)})


def fit_text_model(
    texts: Sequence[str],
    labels: Sequence[Sequence[str]],
    history: Sequence[Placement] = (),
    profiles: Sequence[tuple[str, str]] = (),
) -> TextModel:
    """The text model of shipped texts, of what went where and what is written: the one place that fits it."""
    return TextModel().fit(texts, labels, profiles=profiles, history=history)


def fit_on_history(history: Sequence[Placement], profiles: Sequence[tuple[str, str]] = ()) -> TextModel:
    """The text model of the shipped texts, this history, and what places write (region code, text)."""
    return fit_text_model(*_shipped_texts(), history, profiles)


def _shipped_texts() -> tuple[list[str], list[tuple[str, ...]]]:
    return training_texts(
        [(row.code, row.name, row.parent_code) for row in shipped.industries()],
        {row.word: row.industry_codes for row in shipped.leading_industry_codes()},
        ["、".join(row.leading_industries) for row in shipped.zones() if row.leading_industries],
    )


def build_matcher(session: Session) -> tuple[Matcher, str]:
    """The matcher that the database says is live, and its model's version.

    Raises
    ------
    Unavailable
        ``no_model`` before ``shanhai migrate``.
    ModelFileError
        If the stored bytes are not what their hash says.
    """
    row = models.live(session)
    return matcher_of(session, row.content, row.content_hash), row.version


def matcher_of(session: Session, content: bytes, content_hash: str) -> Matcher:
    """The matcher with a stored model. Raises ModelFileError as ``build_matcher`` does."""
    model = model_file.loads_ranking(content, content_hash)
    # Columns, not rows: two thousand objects would cost more than all the rest of the start.
    columns = select(Industry.code, Industry.name, Industry.parent_code)
    industries = list(session.exec(columns.order_by(col(Industry.level), col(Industry.code))))
    registered = session.exec(select(Quantity).order_by(col(Quantity.name)))
    book = RuleBook.from_data(
        catalogue.rule_pack(session),
        [values.Quantity(**{name: getattr(line, name) for name in _QUANTITY_FIELDS}) for line in registered],
    )
    aliases = {row.word: row.industry_codes for row in shipped.leading_industry_codes() if row.industry_codes}
    links = [(link.supplier_code, link.buyer_code) for link in shipped.industry_links()]
    tree, lexicon = IndustryTree(industries), TermLexicon(industries, aliases)
    return Matcher(book, model.text, tree, lexicon, links, model.default_weights)
