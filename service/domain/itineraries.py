"""Itineraries 行程: a visit told as text, and as an iCalendar file (RFC 5545)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Literal

from icalendar import Calendar, Event

Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Leg:
    """A stop on a day; ``distance_km`` is the great-circle way from the stop before, where it is known."""

    on: date
    site_name: str
    region_name: str
    note: str | None = None
    distance_km: float | None = None


def as_text(legs: Sequence[Leg], language: Language, *, purpose: str = "") -> str:
    """The itinerary day by day, as it is pasted into a message."""
    lines = [purpose] if purpose else []
    for number, (day, stops) in enumerate(groupby(legs, key=lambda leg: leg.on), 1):
        lines.append(f"第 {number} 天（{day}）" if language == "zh" else f"Day {number} ({day})")
        lines += [f"  {place}. {_said(leg, language)}" for place, leg in enumerate(stops, 1)]
    total = sum(leg.distance_km or 0.0 for leg in legs)
    if total:
        lines.append(
            f"直线里程合计约 {total:.0f} 公里（非道路里程）。"
            if language == "zh"
            else f"About {total:.0f} km in all as the crow flies, not by road."
        )
    return "\n".join(lines) + "\n"


def _said(leg: Leg, language: Language) -> str:
    if language == "zh":
        way = "" if leg.distance_km is None else f"，距上一站直线约 {leg.distance_km:.0f} 公里"
        return f"{leg.site_name}（{leg.region_name}）{way}" + (f"：{leg.note}" if leg.note else "")
    way = "" if leg.distance_km is None else f", about {leg.distance_km:.0f} km from the stop before"
    return f"{leg.site_name} ({leg.region_name}){way}" + (f": {leg.note}" if leg.note else "")


def as_calendar(visit_id: str, purpose: str, legs: Iterable[Leg], stamped_at: datetime) -> bytes:
    """One all-day event for each stop; the same visit keeps its events' ids, so that a calendar updates."""
    calendar = Calendar()
    calendar.add("prodid", "-//Shanhai//visits//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for number, leg in enumerate(legs):
        event = Event()
        event.add("uid", f"{visit_id}-{number}@shanhai.invalid")
        event.add("dtstamp", stamped_at)
        event.add("dtstart", leg.on)
        event.add("dtend", leg.on + timedelta(days=1))
        event.add("summary", f"{purpose}：{leg.site_name}")
        event.add("location", f"{leg.region_name} {leg.site_name}")
        if leg.note:
            event.add("description", leg.note)
        calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content
