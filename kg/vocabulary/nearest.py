"""Names that look like one that names nothing."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz import fuzz, process


def closest(name: str, names: Iterable[str]) -> tuple[str, ...]:
    """Up to three names that look like this one."""
    found = process.extract(name, sorted(names), scorer=fuzz.WRatio, limit=3, score_cutoff=70)
    return tuple(match for match, _, _ in found)
