"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

_PACKAGES = ("numpy", "numba", "scipy", "scikit-learn")


def machine() -> dict[str, Any]:
    """Cores, processor, memory, Python and the packages that do the work."""
    return {
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "processor": _line("/proc/cpuinfo", "model name") or platform.processor() or platform.machine(),
        "memory": _line("/proc/meminfo", "MemTotal"),
        "system": platform.platform(),
        "python": sys.version.split()[0],
        **{package: version(package) for package in _PACKAGES},
    }


def _line(file: str, name: str) -> str:
    """The value of the first line that begins with a name; empty where the system has no such file."""
    path = Path(file)
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "")
