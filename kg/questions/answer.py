"""The answer to a question about medicine (docs/contract.md, "An answer")."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kg.ontology.model import Claim


@dataclass(frozen=True)
class AnsweringClaim:
    """A claim in an answer. `role` is `answers`, `qualifies` (to be read beside it) or `nearest`.

    `note` is what must be read with its sentence: the substance that a dose is for, what a measure is not.
    """

    claim: Claim
    role: str
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        place = self.claim.passage
        markers = [
            {"number": marker.number, "state": marker.state, "reference": marker.reference or None}
            for marker in self.claim.markers
        ]
        source = {"article": place.article, "section": place.section, "start": place.start, "end": place.end}
        return {
            "id": self.claim.id,
            "sentence": self.claim.sentence,
            "role": self.role,
            "note": self.note,
            "sources": [{**source, "digest": place.digest, "markers": markers}],
        }


@dataclass(frozen=True)
class Answer:
    """What the articles say to a question, the query that found it, or that they do not say it."""

    question: str
    intent: str
    concepts: tuple[str, ...]
    claims: tuple[AnsweringClaim, ...]
    sparql: str
    covered: bool
    related: tuple[AnsweringClaim, ...]
    notice: str

    def to_json(self, codes: Mapping[str, str]) -> dict[str, Any]:
        """The form of docs/contract.md; `codes` gives the vocabulary code of each concept."""
        return {
            "question": self.question,
            "intent": self.intent,
            "concepts": [codes[name] for name in self.concepts],
            "claims": [item.to_json() for item in self.claims],
            "sparql": self.sparql,
            "covered": self.covered,
            "related": [item.to_json() for item in self.related],
            "notice": self.notice,
        }

    def ids(self, role: str = "answers") -> tuple[str, ...]:
        """The claims in a role."""
        return tuple(item.claim.id for item in self.claims if item.role == role)
