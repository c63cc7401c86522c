"""The text model as bytes: skops with an allow-list, checked against a hash. Never pickle."""

from __future__ import annotations

import hashlib
import zipfile

import skops.io

from service.matching.text import TextModel

#: The only type beyond plain arrays, numbers and strings that a model file may hold.
TRUSTED_TYPES = ("service.matching.text.TextModel",)


class ModelFileError(ValueError):
    """The bytes are not the model that the caller asked for, or hold what is not allowed."""


def digest(data: bytes) -> str:
    """SHA-256 of the bytes, in hexadecimal; stored beside them."""
    return hashlib.sha256(data).hexdigest()


def dumps(model: TextModel) -> bytes:
    """The fitted model as the bytes of a skops file.

    Two dumps of one model may differ in bytes (a skops file holds time stamps), so
    store the ``digest`` of the bytes that are kept; ``version_`` names the content.
    """
    return bytes(skops.io.dumps(model))


def loads(data: bytes, sha256: str) -> TextModel:
    """The model, if the bytes have that hash and hold nothing but a text model.

    The hash is compared first, so that nothing of a foreign file is ever parsed.

    Raises
    ------
    ModelFileError
        On another hash, on bytes that are no skops file, on a type that is not
        allowed, or when the file holds something else than a text model.
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
    model = skops.io.loads(data, trusted=list(TRUSTED_TYPES))
    if not isinstance(model, TextModel):
        raise ModelFileError(f"the model file holds a {type(model).__name__}, not a text model")
    return model
