"""Writes what is wrong with the rows of a file, as NDJSON or, where the name ends so, as CSV."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from dataclasses import asdict, astuple, fields
from pathlib import Path

from service.domain.imports import Refusal

SHOWN = 20


class RefusalFile:
    """Takes refusals as they come; the file is put in its place as a whole, by ``close``.

    ``first`` keeps some of them to be shown, and ``count`` tells how many there were. Without a path
    nothing is written.
    """

    def __init__(self, path: Path | None) -> None:
        self.first: list[Refusal] = []
        self.count = 0
        self._path = path
        self._is_table = path is not None and path.suffix.lower() == ".csv"
        self._temporary = path.with_name(path.name + ".part") if path else None
        # With a byte order mark a spreadsheet reads the table as UTF-8.
        encoding = "utf-8-sig" if self._is_table else "utf-8"
        self._file = self._temporary.open("w", encoding=encoding, newline="") if self._temporary else None
        if self._file and self._is_table:
            csv.writer(self._file).writerow([field.name for field in fields(Refusal)])

    def write(self, refusals: Iterable[Refusal]) -> None:
        """Take these after those before."""
        for refusal in refusals:
            self.count += 1
            if len(self.first) < SHOWN:
                self.first.append(refusal)
            if self._file and self._is_table:
                csv.writer(self._file).writerow(["" if cell is None else cell for cell in astuple(refusal)])
            elif self._file:
                self._file.write(json.dumps(asdict(refusal), ensure_ascii=False) + "\n")

    def close(self) -> None:
        """Close the file and put it in its place."""
        if self._file and self._temporary and self._path:
            self._file.close()
            self._temporary.replace(self._path)
