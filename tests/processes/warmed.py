"""What a test's server needs before it can serve, done once in the process that all of them are forked from.

The imports, and the compiled kernel, which takes longer to load than all that is the server's own.
"""

from __future__ import annotations

import gc
from datetime import date

import tests.conftest
import tests.processes.importing
import tests.processes.serving  # noqa: F401
from service import app, cli, schema  # noqa: F401
from service.api import fragments
from service.jobs import imports  # noqa: F401
from service.matching.lexicon import TermLexicon
from service.matching.matcher import Matcher, Places
from service.matching.rulebook import RuleBook
from service.matching.text import TextModel
from service.matching.tree import IndustryTree

_INDUSTRIES = (("C", "制造业", ""), ("C21", "家具制造业", "C"))
_MATCHER = Matcher(
    RuleBook(),
    TextModel().fit([name for _, name, _ in _INDUSTRIES]),
    IndustryTree(_INDUSTRIES),
    TermLexicon(_INDUSTRIES),
)
fragments.warm()
_MATCHER.warm(Places.of(_MATCHER.table([])), date(2026, 1, 1))
# Else every server would walk through all of this at its first collection, and get a copy of its own.
gc.collect()
gc.freeze()
