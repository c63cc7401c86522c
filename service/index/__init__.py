"""Rows -> arrays: the live match index, kept current by revision."""

from __future__ import annotations

from service.index.live import MatchIndex
from service.index.matchers import build_matcher, fit_first_model
from service.index.snapshot import PlaceCard, ProjectCard, Snapshot

__all__ = ["MatchIndex", "PlaceCard", "ProjectCard", "Snapshot", "build_matcher", "fit_first_model"]
