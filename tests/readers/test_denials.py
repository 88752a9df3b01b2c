"""Denials over conditions that no vocabulary has: the known one among them is denied, and nothing else is."""

from __future__ import annotations

import datetime
from typing import Final

from denials import DENIED, STATED, sentences
from kg.readers.text import read_text
from kg.vocabulary.names import Names

DAY: Final = datetime.date(2026, 2, 10)
COUNT: Final = 600


def test_there_are_sixty_patterns() -> None:
    assert len(set(DENIED) | set(STATED)) >= 60


def test_a_denial_reaches_over_words_that_nobody_knows(names: Names) -> None:
    """97 % of what is denied is read as absent, and 97 % of what is read as absent is denied."""
    denied = found = right = 0
    for text, code, absent in sentences(COUNT, seed=5):
        case = read_text(text, names, DAY).case
        entries = [entry for name in ("findings", "diagnoses", "history") for entry in case.get(name, [])]
        statuses = {entry.get("status", "present") for entry in entries if entry["concept"] == code}
        denied += absent
        found += "absent" in statuses
        right += absent and statuses == {"absent"}
    assert denied > COUNT / 2
    assert right >= 0.97 * denied
    assert right >= 0.97 * found
