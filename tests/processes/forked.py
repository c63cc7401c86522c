"""Processes that are forked from one which has done the imports and compiled the kernel.

There is one such process behind every context of ``forkserver``: what it holds is therefore said here alone.
"""

from __future__ import annotations

import multiprocessing

#: A server that is forked is ready in a tenth of the time: so a test can afford to kill a dozen of them.
forked = multiprocessing.get_context("forkserver")
forked.set_forkserver_preload(["tests.processes.warmed"])
