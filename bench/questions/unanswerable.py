"""Reads the questions that no claim answers: those written one by one, and kinds of questions crossed with things."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml

FILE: Final = Path(__file__).parent / "unanswerable.yaml"


def unanswerable() -> tuple[str, ...]:
    """Every question of the file once, in its order."""
    data: Any = yaml.safe_load(FILE.read_text("utf-8"))
    written = (text for texts in data["written"].values() for text in texts)
    return tuple(dict.fromkeys((*written, *(text for kind in data["generated"].values() for text in _crossed(kind)))))


def _crossed(kind: Any) -> Iterator[str]:
    """Each thing in `each` of the kinds of questions, which take turns."""
    patterns, each = kind["ask"], kind["each"]
    for number, thing in enumerate(kind["things"]):
        for turn in range(each):
            yield patterns[(number * each + turn) % len(patterns)].format(thing=thing)
