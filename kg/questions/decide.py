"""Which claims are shown, and whether the articles answer at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kg.ontology.kinds import ConceptKind
from kg.questions.claim_index import ClaimIndex
from kg.questions.rank import Models, Ranked, logistic
from kg.questions.retrieve import Ask
from kg.questions.things import SHORTEST, Things
from kg.questions.tokens import QuestionToken
from kg.questions.understand import UnderstoodQuestion

MOST: Final = 8
SIDE: Final = 6.0
THINGS: Final = (ConceptKind.ANALYTE, ConceptKind.CONDITION, ConceptKind.DRUG, ConceptKind.THERAPY)
OF_THE_BEST: Final = ("words", "covered", "best_ask", "meaning", "topic", "best_meaning", "answerable")


@dataclass(frozen=True)
class Decision:
    """What is shown. `chance` is that of the question being answered; `evidence` the features it rests on."""

    shown: tuple[Ranked, ...]
    near: tuple[Ranked, ...]
    chance: float
    covered: bool
    evidence: Mapping[str, float]


def decide(
    models: Models,
    asked: UnderstoodQuestion,
    ranking: Sequence[Ranked],
    coverage: AnswerFeatures,
    whole: Sequence[str] = (),
) -> Decision:
    """The claims near enough to the best, if the question is one that claims answer; `whole` is a set asked for.

    A question for a figure is answered where one of the claims shown prints it; one that names a thing of the
    vocabulary that no claim is about is not.
    """
    best = ranking[0]
    evidence = coverage(asked, best.id, best.candidate.features, best.log_odds, ranking[1].log_odds)
    chance = logistic(models.covered.log_odds(evidence))
    near = (models.several if asked.several else models.single).of(ranking)
    if whole:
        shown = tuple(item for item in ranking if item.id in whole)
        return Decision(shown, near, chance, True, evidence)
    known = {item.id for item in near}
    near = (*near, *(item for item in sides(asked, ranking) if item.id not in known))[:MOST]
    near = tuple(item for item in near if _fits(asked, item))
    printed = not asked.figures or any(item.candidate.features["figure"] > 0 for item in near)
    spoken = not any(coverage.is_orphan(name) for name in asked.concepts)
    covered = bool(near) and printed and spoken and chance >= models.least
    return Decision(near if covered else (), near, chance, covered, evidence)


def _fits(asked: UnderstoodQuestion, item: Ranked) -> bool:
    """Whether a claim stands in a text that the question names, and is the entry of a list that it numbers."""
    claim = item.candidate.claim
    if asked.texts and claim.article not in asked.texts:
        return False
    return asked.reference is None or f"position={asked.reference};" in claim.field("states")


def sides(asked: UnderstoodQuestion, ranking: Sequence[Ranked]) -> tuple[Ranked, ...]:
    """The likeliest claim of each text, where a question sets several texts side by side."""
    if not asked.sides:
        return ()
    articles = dict.fromkeys(item.candidate.claim.article for item in ranking)
    wanted = asked.texts if len(asked.texts) > 1 else articles
    firsts = (next(item for item in ranking if item.candidate.claim.article == name) for name in wanted)
    return tuple(item for item in firsts if item.log_odds >= ranking[0].log_odds - SIDE)


class AnswerFeatures:
    """What tells a question that claims answer from one that they do not, as named numbers."""

    def __init__(self, index: ClaimIndex, related: Callable[[str], frozenset[str]], things: Things | None) -> None:
        self.index, self.related, self.things = index, related, things

    def __call__(
        self,
        asked: UnderstoodQuestion,
        best: str,
        features: Mapping[str, float],
        log_odds: float,
        second: float,
        without: Ask | None = None,
    ) -> dict[str, float]:
        """The numbers for a question; `features` and `log_odds` are those of the best claim, `second` the next.

        `unknown` counts the words that the graph lacks; `thing_unknown` and `thing_missing` are the chances that one of
        them, or of the words that the best claim lacks, names a thing; `things_missing` is how many of these there are.
        """
        weights = {word: self.index.weight(word) for word in asked.words}
        total = sum(weights.values()) or 1.0
        known = {token.stem for token in asked.tokens if token.text not in asked.unknown}
        found = {
            "log_odds": log_odds,
            "lead": log_odds - second,
            "known": sum(weight for word, weight in weights.items() if word in known) / total,
            "unknown": float(len(asked.unknown)),
            "figure_missing": float(features["figure"] < 0),
            "concepts_missing": self._missing(asked, best),
        }
        if self.things:
            lacking = [token.text for token in asked.tokens if not self._has(best, token, without)]
            found["thing_unknown"] = self._likeliest(asked.unknown)
            found["thing_missing"] = self._likeliest(lacking)
            found["things_missing"] = sum(map(self._thing, lacking))
        return {**found, **{name: features[name] for name in OF_THE_BEST if name in features}}

    def is_orphan(self, concept: str) -> bool:
        """Whether no claim is about a thing, nor about anything broader or narrower."""
        if self.index.ontology.concepts[concept].kind not in THINGS:
            return False
        return self.related(concept).isdisjoint(self.index.concept_frequency)

    def _has(self, claim: str, token: QuestionToken, without: Ask | None) -> bool:
        """Whether a claim has a word in its own words or in one of its questions."""
        number = self.index.place[claim]
        document = self.index.documents[number]
        if any(token.stem in counts for counts in document.fields.values()):
            return True
        return any(token.stem in counts for n, counts in enumerate(document.asks) if (number, n) != without)

    def _missing(self, asked: UnderstoodQuestion, claim: str) -> float:
        """The weight of the question's concepts that a claim is not about, nor a broader or narrower one."""
        about, related = self.index.documents[self.index.place[claim]].concepts, self.related
        named = dict.fromkeys((*asked.concepts, *asked.denied))
        return sum(self.index.concept_weight(name) for name in named if related(name).isdisjoint(about))

    def _likeliest(self, words: Iterable[str]) -> float:
        """The best chance that one of some words names a thing."""
        return max(map(self._thing, words), default=0.0)

    def _thing(self, word: str) -> float:
        """The chance that a word names a thing; numbers and scraps name none."""
        assert self.things is not None
        return self.things(word) if len(word) >= SHORTEST and not word[0].isdigit() else 0.0
