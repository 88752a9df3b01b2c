"""Why a claim may answer a question, as named numbers; the same for training and for answering."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from kg.ontology.kinds import TREATMENTS, ConceptKind
from kg.ontology.model import Claim
from kg.questions.claim_index import ClaimIndex, said
from kg.questions.figures import ANALYTE, Figures
from kg.questions.language import QuestionLanguage, Serves
from kg.questions.retrieve import Retriever, Scores
from kg.questions.understand import UnderstoodQuestion

LEXICAL: Final = ("words", "asks", "best_ask", "covered", "concepts")
SEMANTIC: Final = ("meaning", "best_meaning", "sentence", "topic", "answerable")
OF_THE_QUESTION: Final = ("answerable",)
RELATIVE: Final = ("words", "asks", "covered", "meaning", "sentence")


@dataclass(frozen=True)
class Candidate:
    """A claim with the values of its features."""

    claim: Claim
    features: Mapping[str, float]


class Features:
    """Computes the features of all claims for a question."""

    def __init__(self, index: ClaimIndex, language: QuestionLanguage, retriever: Retriever) -> None:
        self.index, self.language, self.retriever = index, language, retriever
        self.figures = Figures(index.ontology, language)

    def candidates(self, asked: UnderstoodQuestion, scores: Scores) -> tuple[Candidate, ...]:
        """Every claim with its features, in the order of the index."""
        columns = dict(self._columns(asked, scores))
        names = tuple(columns)
        rows = zip(*columns.values(), strict=True)
        return tuple(
            Candidate(document.claim, dict(zip(names, row, strict=True)))
            for document, row in zip(self.index.documents, rows, strict=True)
        )

    def _columns(self, asked: UnderstoodQuestion, scores: Scores) -> Iterator[tuple[str, Sequence[float]]]:
        found = {name: getattr(scores, name) for name in (*LEXICAL, *SEMANTIC)}
        for name, column in found.items():
            if column is not None:
                yield name, column
        for name in RELATIVE:
            if (column := found[name]) is not None:
                best = max(column, default=0.0)
                yield f"{name}_behind", [score - best for score in column]
        base = found["meaning"] or found["asks"]
        yield (
            "neighbours",
            [max((base[other] for other in ties), default=0.0) - max(base) for ties in self.retriever.neighbours],
        )
        claims = [document.claim for document in self.index.documents]
        yield "serves", self._served(asked)
        yield "figure", [self._figure(asked, number) for number in range(len(claims))]
        yield "number", [self._number(asked, number) for number in range(len(claims))]
        yield "text", [_text(asked, claim) for claim in claims]
        yield "step", [_step(asked, claim) for claim in claims]
        yield "of_itself", [float(claim.kind in ("governance", "reference")) for claim in claims]

    # -- readings

    def _served(self, asked: UnderstoodQuestion) -> list[float]:
        """The chance of the readings that each claim serves."""
        found = [0.0] * len(self.index.documents)
        for name, chance in asked.readings.items():
            for number in self._serving.get(name, ()):
                found[number] += chance
        return found

    @cached_property
    def _serving(self) -> Mapping[str, tuple[int, ...]]:
        """Reading → the claims that serve it."""
        claims = [document.claim for document in self.index.documents]
        return {
            reading.name: tuple(n for n, claim in enumerate(claims) if self._serves(claim, reading.serves))
            for reading in self.language.readings
        }

    def _serves(self, claim: Claim, serves: Serves) -> bool:
        concluded = {name for name, _ in claim.conclusions}
        wanted = {name for predicate in serves.predicates for name in self.index.ontology.below(predicate)}
        if claim.kind in serves.kinds or concluded & wanted:
            return True
        return not claim.fields.keys().isdisjoint(serves.fields)

    # -- figures

    def _figure(self, asked: UnderstoodQuestion, number: int) -> float:
        """1 where a figure is asked for and the claim prints one of its kind, -1 where it prints none, else 0.

        Where the question names quantities, the claim must be about one of them, a dose be that of a drug it names
        and an effect one on a condition it names.
        """
        if not asked.figures:
            return 0.0
        printed = all(name in self._printed[number] for name in asked.figures) and asked.units <= self._units[number]
        return 1.0 if printed and self._about(asked, number) else -1.0

    @cached_property
    def _units(self) -> tuple[frozenset[str], ...]:
        """The units of measurement that each claim prints."""
        ontology = self.index.ontology
        return tuple(self.figures.units(" ".join(said(d.claim, ontology))) for d in self.index.documents)

    def _about(self, asked: UnderstoodQuestion, number: int) -> bool:
        """Whether a claim is about a quantity of the question, if that names any."""
        concepts, document = self.index.ontology.concepts, self.index.documents[number]
        given = {phase.substance for phase in document.claim.regimen}
        drugs = [name for name in asked.concepts if concepts[name].kind in TREATMENTS]
        if given and drugs and all(self.retriever.related(name).isdisjoint(given) for name in drugs):
            return False
        outcomes = {effect.outcome for effect in document.claim.effects if effect.outcome}
        conditions = [name for name in asked.concepts if concepts[name].kind == ConceptKind.CONDITION]
        if outcomes and conditions and not any(self._within(outcomes, name) for name in conditions):
            return False
        named = [name for name in asked.concepts if concepts[name].kind == ANALYTE]
        return not named or any(not self.retriever.related(name).isdisjoint(document.concepts) for name in named)

    def _within(self, names: set[str], concept: str) -> bool:
        """Whether one of some names is a concept or below it."""
        return not names.isdisjoint(self.index.ontology.descendants(concept) | {concept})

    @cached_property
    def _printed(self) -> tuple[frozenset[str], ...]:
        """The kinds of figures that each claim prints."""
        ontology = self.index.ontology
        return tuple(
            self.figures.printed(" ".join((*said(document.claim, ontology), document.claim.field("within"))))
            for document in self.index.documents
        )

    def _number(self, asked: UnderstoodQuestion, number: int) -> float:
        """The share of the question's numbers that the claim says."""
        if not asked.numbers:
            return 0.0
        counts = self.index.documents[number].fields
        return sum(n in counts["said"] or n in counts["terms"] for n in asked.numbers) / len(asked.numbers)


def _text(asked: UnderstoodQuestion, claim: Claim) -> float:
    """1 where the question names the claim's article, -1 where it names others."""
    if not asked.texts:
        return 0.0
    return asked.texts.get(claim.article, -1.0)


def _step(asked: UnderstoodQuestion, claim: Claim) -> float:
    if asked.step is None:
        return 0.0
    return 1.0 if claim.field("step") == str(asked.step) or f"Step {asked.step}" in claim.passage.section else -1.0
