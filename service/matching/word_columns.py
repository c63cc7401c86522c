"""The words of a fitted wording, found in a text."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


class WordColumns:
    """The words of a fitted model, each with the columns of its labels.

    Parameters
    ----------
    words, word_labels, labels : ndarray of str
        As ``Wording.fit`` learns them.
    """

    def __init__(
        self, words: NDArray[np.str_], word_labels: NDArray[np.str_], labels: NDArray[np.str_]
    ) -> None:
        column = {label: position for position, label in enumerate(labels.tolist())}
        self.columns = {
            word: [column[label] for label in found.split()]
            for word, found in zip(words.tolist(), word_labels.tolist(), strict=True)
        }
        sizes: dict[str, set[int]] = {}
        for word in self.columns:
            sizes.setdefault(word[:2], set()).add(len(word))
        self.sizes = {start: sorted(found, reverse=True) for start, found in sizes.items()}

    def counts(self, text: str) -> dict[int, int]:
        """How often each label is named in a text, by the longest word from each place on."""
        found: dict[int, int] = {}
        start = 0
        while start < len(text):
            length = 1
            for size in self.sizes.get(text[start : start + 2], ()):
                labels = self.columns.get(text[start : start + size])
                if labels is not None and size > 1:
                    for label in labels:
                        found[label] = found.get(label, 0) + 1
                    length = min(size, len(text) - start)
                    break
            start += length
        return found
