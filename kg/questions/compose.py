"""The answer in words: verdict, sentences and values, each with the claims that it rests on. Nothing is invented.

Sentences are those of the claims, which are reviewed, put together by the phrases of `questions.yaml`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Final

from kg.ontology import terms
from kg.ontology.model import Claim
from kg.questions.answer import Answer, AnsweringClaim, AnswerValue, ClaimRole, Sentence, Verdict
from kg.questions.claim_index import ClaimIndex
from kg.questions.decide import MOST, Decision
from kg.questions.declining import Declining
from kg.questions.language import QuestionLanguage
from kg.questions.notices import Notices
from kg.questions.rank import Ranked
from kg.questions.understand import UnderstoodQuestion
from kg.vocabulary.mentions import Table, Word, words

SENTENCES: Final = 3
RELATED: Final = 5
VERDICT: Final = "verdict"
_NEGATION: Final = re.compile(r"\b(?:no|not|never|cannot|nobody|none|without|nor)\b|n't\b", re.IGNORECASE)
_QUERY: Final = """\
# title: Claims that answer a question
PREFIX : <https://w3id.org/warrant/>
PREFIX claim: <https://w3id.org/warrant/claim/>

SELECT ?claim ?sentence WHERE {{
  VALUES (?place ?claim) {{ {rows} }}
  ?claim :sentence ?sentence .
}} ORDER BY ?place
"""


class Composer:
    """Composes answers from the claims of one index."""

    def __init__(self, index: ClaimIndex, language: QuestionLanguage, thing: Callable[[str], float] | None) -> None:
        self.index, self.language, self.ontology = index, language, index.ontology
        self.notices = Notices(index.ontology, language)
        self.declining = Declining(index, language, thing)
        self.turning = Table([(word, word) for word in language.turning])
        self.openings = frozenset(
            cue for reading in language.readings if reading.name == VERDICT for cue in reading.cues if " " not in cue
        )

    def compose(self, asked: UnderstoodQuestion, decision: Decision, sparql: str = "") -> Answer:
        """The answer that a decision calls for; `sparql` is the query of a whole set, where one was asked for."""
        shown = self._shown(decision, whole=bool(sparql)) if decision.covered else ()
        verdict = self._verdict(asked, shown)
        return Answer(
            question=asked.text,
            intent=asked.intent,
            concepts=tuple(dict.fromkeys((*asked.concepts, *asked.denied))),
            sentences=tuple(self._sentences(shown, verdict))
            if shown
            else (Sentence(self.declining.reason(asked, decision), ()),),
            verdict=verdict,
            values=tuple(self._values(asked, shown)),
            claims=shown,
            sparql=sparql or (query([item.claim.id for item in shown]) if shown else ""),
            covered=bool(shown),
            related=() if shown else tuple(self._one(item, ClaimRole.NEAREST) for item in decision.near[:RELATED]),
            notice=self.notices.covered(asked, shown)
            if shown
            else self.notices.declined(
                asked, self.declining.reason(asked, decision), self.declining.elsewhere(asked, decision)
            ),
        )

    # -- claims

    def _shown(self, decision: Decision, whole: bool) -> tuple[AnsweringClaim, ...]:
        """The claims decided on, those that only qualify the best so marked, and the exceptions of the best.

        A `whole` set is shown as it is.
        """
        if whole:
            return tuple(self._one(item, ClaimRole.ANSWERS) for item in decision.shown)
        best = decision.shown[0].candidate.claim
        beside = {*best.exceptions, *best.doubted_with, *_linked(best, "qualifiedBy")}
        found = [
            self._one(item, ClaimRole.QUALIFIES if item.id in beside else ClaimRole.ANSWERS) for item in decision.shown
        ]
        known = {item.claim.id for item in found}
        missing = [name for name in (*best.exceptions, *_linked(best, "qualifiedBy")) if name not in known]
        found += [
            AnsweringClaim(claim, ClaimRole.QUALIFIES, 0.0, self.notices.note(claim))
            for name in missing
            if (claim := self.ontology.claims.get(name)) is not None
        ]
        return tuple(found[:MOST])

    def _one(self, item: Ranked, role: ClaimRole) -> AnsweringClaim:
        claim = item.candidate.claim
        return AnsweringClaim(claim, role, item.chance, self.notices.note(claim))

    # -- verdict

    def _verdict(self, asked: UnderstoodQuestion, shown: Sequence[AnsweringClaim]) -> Verdict | None:
        """Yes or no where the question has that form and the claims that answer are of one mind, else `depends`."""
        if not any(clause[0].text in self.openings for clause in _clauses(asked.core)):
            return None
        if not shown:
            return Verdict.NOT_STATED
        turned = bool(_NEGATION.search(asked.core)) ^ bool(self.turning.find(asked.core))
        best = shown[0].claim
        conflicting = any(item.role is ClaimRole.QUALIFIES for item in shown) or bool(best.exceptions)
        if conflicting:
            return Verdict.DEPENDS
        return Verdict.YES if self._against(best) == turned else Verdict.NO

    def _against(self, claim: Claim) -> bool:
        """Whether a claim speaks against something."""
        concluded = {name for name, _ in claim.conclusions}
        if not concluded.isdisjoint(self.language.against.unless):
            return False
        return claim.field("modality") in self.language.against.modalities or bool(concluded & self._predicates_against)

    @cached_property
    def _predicates_against(self) -> frozenset[str]:
        return frozenset(name for top in self.language.against.predicates for name in self.ontology.below(top))

    # -- words

    def _sentences(self, shown: Sequence[AnsweringClaim], verdict: Verdict | None) -> Iterator[Sentence]:
        """The likeliest claims in their own sentences, the verdict first, what qualifies them last."""
        phrases = self.language.phrases
        answers = [item.claim for item in shown if item.role is ClaimRole.ANSWERS]
        beside = [item.claim for item in shown if item.role is ClaimRole.QUALIFIES]
        said = answers[: SENTENCES - bool(beside)]
        for number, claim in enumerate(said):
            lead = f"{phrases[verdict.value]}: " if verdict and not number else ""
            yield Sentence(lead + _stop(claim.sentence), (claim.id,))
        if beside:
            yield Sentence(f"{phrases['beside']}: {_stop(beside[0].sentence)}", (beside[0].id,))

    def _values(self, asked: UnderstoodQuestion, shown: Sequence[AnsweringClaim]) -> Iterator[AnswerValue]:
        """The figures printed in the claims that answer, what they list, and how many that is."""
        answers = [item.claim for item in shown if item.role is ClaimRole.ANSWERS]
        for claim in answers:
            for effect in claim.effects:
                yield AnswerValue("figure", f"{effect.measure} {effect.printed} {effect.unit}".strip(), (claim.id,))
            for phase in claim.regimen:
                if phase.dose:
                    yield AnswerValue("figure", f"{phase.dose} {phase.unit} {phase.frequency}".strip(), (claim.id,))
        if asked.lists or asked.counts:
            items: dict[str, list[str]] = {}
            for claim in answers:
                for _, target in claim.conclusions:
                    if target in self.ontology.concepts:
                        items.setdefault(target, []).append(claim.id)
            for name, ids in items.items():
                yield AnswerValue("item", self.ontology.label(name), tuple(ids))
            if asked.counts and items:
                yield AnswerValue(
                    "count", str(len(items)), tuple(dict.fromkeys(i for ids in items.values() for i in ids))
                )


def query(ids: Sequence[str]) -> str:
    """A query that returns exactly some claims, in their order."""
    rows = " ".join(f"({place} <{terms.claim(name)}>)" for place, name in enumerate(ids, 1))
    return _QUERY.format(rows=rows)


def _linked(claim: Claim, name: str) -> tuple[str, ...]:
    return tuple(value.removeprefix("claim/") for value in claim.fields.get(name, ()))


def _stop(sentence: str) -> str:
    return sentence if sentence.endswith((".", "?", "!")) else f"{sentence}."


def _clauses(core: str) -> Iterator[tuple[Word, ...]]:
    """The words of a question and, where a condition stands before it (`In MDS, should ...`), those behind it."""
    _, comma, behind = core.partition(",")
    for part in (core, behind) if comma else (core,):
        if found := tuple(words(part)):
            yield found
