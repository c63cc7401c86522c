"""What an export cannot do, told so that the one who asked can do something about it."""

from __future__ import annotations

from service.errors import Conflict


class ExportRefused(Conflict):
    """What was asked for cannot become a file; trying again changes nothing."""

    title = "Cannot be exported"
