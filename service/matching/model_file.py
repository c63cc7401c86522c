"""A model as bytes: skops with an allow-list, checked against a hash. Never pickle."""

from __future__ import annotations

import hashlib
import zipfile

import skops.io

from service.matching.ranking_model import RankingModel
from service.matching.text import TextModel

#: The only types beyond plain arrays, numbers and strings that a model file may hold.
TRUSTED_TYPES = (
    "scipy.sparse._csr.csr_array",
    "service.matching.experience.Experience",
    "service.matching.learned.LearnedText",
    "service.matching.likeness.Likeness",
    "service.matching.ranking_model.RankingModel",
    "service.matching.text.TextModel",
)


class ModelFileError(ValueError):
    """The bytes are not the model that the caller asked for, or hold what is not allowed."""


def digest(data: bytes) -> str:
    """SHA-256 of the bytes, in hexadecimal; stored beside them."""
    return hashlib.sha256(data).hexdigest()


def dumps(model: TextModel | RankingModel) -> bytes:
    """The fitted model as the bytes of a skops file.

    Two dumps of one model may differ in bytes (a skops file holds time stamps), so
    store the ``digest`` of the bytes that are kept; ``version_`` names the content.
    """
    if isinstance(model, RankingModel) and model.learned_weights is None:
        model = model.text
    return bytes(skops.io.dumps(model))


def loads(data: bytes, sha256: str) -> TextModel:
    """The model, if the bytes have that hash and hold nothing but a text model.

    Raises
    ------
    ModelFileError
        As ``_checked`` does, or when the file holds something else than a text model.
    """
    model = _checked(data, sha256)
    if not isinstance(model, TextModel):
        raise ModelFileError(f"the model file holds a {type(model).__name__}, not a text model")
    return model


def loads_ranking(data: bytes, sha256: str) -> RankingModel:
    """The ranking model of the bytes; a bare text model ranks with the hand-set weights.

    Raises
    ------
    ModelFileError
        As ``_checked`` does, or when the file holds something else.
    """
    model = _checked(data, sha256)
    if isinstance(model, TextModel):
        return RankingModel(model)
    if not isinstance(model, RankingModel):
        raise ModelFileError(f"the model file holds a {type(model).__name__}, not a ranking model")
    try:
        model.check()
    except ValueError as error:
        raise ModelFileError(f"the model file is damaged: {error}") from error
    return model


def _checked(data: bytes, sha256: str) -> object:
    """What the bytes hold, if they have that hash and hold none but allowed types.

    The hash is compared first, so that nothing of a foreign file is ever parsed.

    Raises
    ------
    ModelFileError
        On another hash, on bytes that are no skops file, on a type that is not allowed.
    """
    if digest(data) != sha256:
        raise ModelFileError("the model file does not have the recorded hash")
    try:
        found = skops.io.get_untrusted_types(data=data)
    except zipfile.BadZipFile as error:
        raise ModelFileError("the bytes are no model file") from error
    unknown = sorted(set(found) - set(TRUSTED_TYPES))
    if unknown:
        raise ModelFileError(f"the model file holds types that are not allowed: {', '.join(unknown)}")
    loaded: object = skops.io.loads(data, trusted=list(TRUSTED_TYPES))
    return loaded
