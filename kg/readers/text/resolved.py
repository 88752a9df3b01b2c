"""What the resolution of a text yields: the case, its facts, and what has been left out so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kg.facts.patient import PatientFacts
from kg.readers.text.entries import Draft
from kg.readers.text.reading import Mention, Span


@dataclass(frozen=True)
class Resolved:
    """A case with the span of each of its paths, its facts, the names in it, and the draft that it came from.

    `about`: whether the text is about one patient.
    """

    case: Mapping[str, Any]
    origins: Mapping[str, Span]
    facts: PatientFacts
    mentions: tuple[Mention, ...]
    draft: Draft
    about: bool
