"""Goods by the industry that makes them: what projects buy and make, in the words of the trade.

A reading by hand over the scope notes of GB/T 4754-2017 (``goods_words.csv``), not an official table.
They serve the lexicon alone: the text model learns nothing from them.
"""

from __future__ import annotations

import csv
from importlib.resources import files


def goods_codes() -> dict[str, tuple[str, ...]]:
    """Codes of every word of the table; of two industries that make one thing the smaller code goes first."""
    text = files("service.matching").joinpath("goods_words.csv").read_text(encoding="utf-8")
    codes: dict[str, tuple[str, ...]] = {}
    for row in csv.DictReader(text.splitlines()):
        for word in row["goods"].split():
            codes[word] = (*codes.get(word, ()), row["industry_code"])
    return codes
