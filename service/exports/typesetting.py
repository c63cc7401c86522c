"""PDF by Typst, in a process of its own: it may take so long and so much memory, and then it is ended.

The template is ours; what officials wrote comes as data, and is never read as markup.
"""

from __future__ import annotations

import json
import subprocess  # nosec B404
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import structlog

from service.exports.refusals import ExportRefused

TEMPLATES: Final = Path(__file__).with_name("templates")
_MEMORY_BYTES: Final = 2 * 1024**3
_log = structlog.get_logger()


def to_pdf(
    data: Mapping[str, Any],
    path: Path,
    *,
    families: Sequence[str],
    font_dirs: Sequence[Path],
    seconds: float,
) -> None:
    """Typeset ``data`` by the template into ``path``.

    Raises
    ------
    ExportRefused
        ``too_slow_to_render`` past ``seconds``; ``not_rendered`` where the typesetter gave up.
    """
    order = {
        "data": {**data, "fonts": list(families)},
        "path": str(path),
        "font_dirs": [str(one) for one in font_dirs],
    }
    try:
        # Nothing of the command line comes from outside.
        done = subprocess.run(  # noqa: S603  # nosec B603
            [sys.executable, "-m", __name__],
            input=json.dumps(order, ensure_ascii=False).encode(),
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ExportRefused(
            "too_slow_to_render", f"The document took longer than {seconds:g} s. Ask for less at once."
        ) from error
    if done.returncode != 0:
        _log.error("not_typeset", status=done.returncode, said=done.stderr.decode(errors="replace")[-2000:])
        raise ExportRefused(
            "not_rendered", "The document could not be typeset; the operator's log says why. Ask for DOCX."
        )


def main() -> None:
    """Carry out one order from standard input."""
    import resource

    import typst

    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    order = json.load(sys.stdin)
    typst.compile(
        TEMPLATES / "sheet.typ",
        output=order["path"],
        root=TEMPLATES,
        font_paths=order["font_dirs"],
        sys_inputs={"data": json.dumps(order["data"], ensure_ascii=False)},
    )


if __name__ == "__main__":
    main()
