"""The answer to a question about medicine (docs/contract.md, "Questions")."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from kg.ontology.model import Claim


class Verdict(StrEnum):
    """The answer to a question that asks for one of these."""

    YES = "yes"
    NO = "no"
    DEPENDS = "depends"
    NOT_STATED = "not_stated"


class ClaimRole(StrEnum):
    """What a claim does in an answer."""

    ANSWERS = "answers"
    QUALIFIES = "qualifies"
    NEAREST = "nearest"


@dataclass(frozen=True)
class AnsweringClaim:
    """A claim in an answer; `relevance` is the chance that it answers.

    `note` is what must be read with its sentence: the substance that a dose is for, what a measure is not. `features`
    are what each feature added to the log-odds of its chance.
    """

    claim: Claim
    role: ClaimRole
    relevance: float
    note: str = ""
    features: Mapping[str, float] | None = None

    def to_json(self) -> dict[str, Any]:
        place = self.claim.passage
        markers = [
            {"number": marker.number, "state": marker.state, "reference": marker.reference or None}
            for marker in self.claim.markers
        ]
        source = {"article": place.article, "section": place.section, "start": place.start, "end": place.end}
        found = {
            "id": self.claim.id,
            "sentence": self.claim.sentence,
            "role": self.role.value,
            "relevance": round(self.relevance, 4),
            "note": self.note,
            "sources": [{**source, "digest": place.digest, "markers": markers}],
        }
        if self.features is None:
            return found
        return {**found, "features": {name: round(value, 4) for name, value in self.features.items()}}


@dataclass(frozen=True)
class Sentence:
    """A sentence of an answer and the claims that it rests on."""

    text: str
    claims: tuple[str, ...]


@dataclass(frozen=True)
class AnswerValue:
    """A figure, a list item or a count that was asked for, and the claims that give it."""

    kind: str
    text: str
    claims: tuple[str, ...]


@dataclass(frozen=True)
class Answer:
    """What the articles say to a question, or that they do not say it."""

    question: str
    intent: str
    concepts: tuple[str, ...]
    sentences: tuple[Sentence, ...]
    verdict: Verdict | None
    values: tuple[AnswerValue, ...]
    claims: tuple[AnsweringClaim, ...]
    sparql: str
    covered: bool
    related: tuple[AnsweringClaim, ...]
    notice: str

    @property
    def text(self) -> str:
        """One to three sentences, each with the claims behind it."""
        return " ".join(
            f"{item.text} [{', '.join(item.claims)}]" if item.claims else item.text for item in self.sentences
        )

    def to_json(self, codes: Mapping[str, str]) -> dict[str, Any]:
        """The form of docs/contract.md; `codes` gives the vocabulary code of each concept."""
        return {
            "question": self.question,
            "intent": self.intent,
            "concepts": [codes[name] for name in self.concepts],
            "text": self.text,
            "sentences": [{"text": item.text, "claims": list(item.claims)} for item in self.sentences],
            "verdict": self.verdict.value if self.verdict else None,
            "values": [{"kind": v.kind, "text": v.text, "claims": list(v.claims)} for v in self.values],
            "claims": [item.to_json() for item in self.claims],
            "sparql": self.sparql,
            "covered": self.covered,
            "related": [item.to_json() for item in self.related],
            "notice": self.notice,
        }

    def with_features(self, reasons: Mapping[str, Mapping[str, float]]) -> Answer:
        """The answer with what each feature added beside each claim; nothing beside one that was only added to it."""
        claims, related = (
            tuple(replace(item, features=reasons.get(item.claim.id, {})) for item in items)
            for items in (self.claims, self.related)
        )
        return replace(self, claims=claims, related=related)

    def ids(self, role: ClaimRole | None = None) -> tuple[str, ...]:
        """The claims shown, or those in a role."""
        return tuple(item.claim.id for item in self.claims if role in (None, item.role))
