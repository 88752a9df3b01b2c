"""Questions about one assessed patient, follow-ups included: what if, may one give it, why, why not, what changed.

An answer rests on the assessment and on its proofs. A supposition is read as text and reasoned anew; what comes after
"and if" adds to it. A question that names nothing is about what the last one named.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

from kg.assess import Assessment, Item, Reasoner, assess
from kg.assess.items import Basis
from kg.assess.outcomes import Outcome
from kg.explanations.differences import Difference, difference, with_facts
from kg.facts.patient import PatientFacts
from kg.ontology.compiled import Ontology
from kg.questions.answer import Answer, Sentence, Verdict
from kg.questions.language import Conversation, read_conversation
from kg.vocabulary.mentions import Table

SENTENCES: Final = 3
MOST: Final = 8
STANDING: Final = {
    Outcome.APPLICABLE: "applies", Outcome.AMBIGUOUS: "ambiguous", Outcome.UNDETERMINED: "open",
    Outcome.EXCLUDED: "excluded",
}  # fmt: skip
AND: Final = re.compile(r"\W*and\b", re.IGNORECASE)
Read = Callable[[str, Assessment], PatientFacts]
About = Callable[[Iterable[str]], Iterable[str]]


@dataclass(frozen=True)
class PatientAnswer:
    """An answer about a patient: `proofs` are ids of conclusions of `assessment`, the one after what was supposed."""

    question: str
    supposed: PatientFacts | None
    verdict: Verdict | None
    sentences: tuple[Sentence, ...]
    proofs: tuple[str, ...]
    change: Difference | None
    general: Answer | None
    assessment: Assessment
    concepts: tuple[str, ...]

    @property
    def text(self) -> str:
        """One to three sentences, each with the claims behind it."""
        return " ".join(f"{s.text} [{', '.join(s.claims)}]" if s.claims else s.text for s in self.sentences)

    def to_json(self) -> dict[str, Any]:
        """The form of docs/contract.md, "Questions"."""
        ontology = self.assessment.ontology
        claims = dict.fromkeys(name for sentence in self.sentences for name in sentence.claims)
        proof = {name: self.assessment.conclusion(name) for name in self.proofs}
        return {
            "question": self.question,
            "verdict": self.verdict.value if self.verdict else None,
            "text": self.text,
            "sentences": [{"text": s.text, "claims": list(s.claims)} for s in self.sentences],
            "claims": [{"id": name, "sentence": ontology.claims[name].sentence} for name in claims],
            "proofs": [
                {"id": name, "proof": self.assessment.proof_id(found)} for name, found in proof.items() if found
            ],
            "supposed": [ontology.label(fact.concept) for fact in self.supposed.facts] if self.supposed else [],
            "added": list(self.change.added) if self.change else [],
            "removed": list(self.change.removed) if self.change else [],
            "covered": bool(self.sentences and self.sentences[0].claims) or self.change is not None,
        }


class PatientAsker:
    """Answers questions about assessments by one reasoner.

    `read` reads a supposition, `about` gives the claims about concepts, `general` answers what is left.
    """

    def __init__(
        self,
        ontology: Ontology,
        reasoner: Reasoner,
        names: Table[str],
        read: Read,
        about: About,
        general: Callable[[str], Answer],
    ) -> None:
        self.reasoner, self.names, self.read, self.about, self.general = reasoner, names, read, about, general
        self.words: Conversation = read_conversation(ontology)

    def ask(self, assessment: Assessment, questions: Sequence[str]) -> tuple[PatientAnswer, ...]:
        """The answers to questions asked one after the other about one patient."""
        found: list[PatientAnswer] = []
        for question in questions:
            found.append(_Turn(self, assessment, question, found[-1] if found else None).answer())
        return tuple(found)


class _Turn:
    """One question with what was said before it."""

    def __init__(self, asker: PatientAsker, first: Assessment, question: str, last: PatientAnswer | None) -> None:
        self.asker, self.first, self.question, self.last = asker, first, question, last
        self.ontology = first.ontology
        self.words = asker.words

    def answer(self) -> PatientAnswer:
        """The answer of the first kind that fits."""
        if self._has(self.words.changes):
            return self._changed()
        if (supposed := self._supposed()) is not None:
            # a pronoun tells the sex of the patient; it supposes nothing
            if supposed.facts or supposed.measurements or supposed.age is not None:
                return self._if(supposed)
            return self._said(None, [Sentence(self.words.phrases["not_supposed"] + ".", ())], ())
        if self.concepts and (self._has(self.words.permission) or self._has(self.words.reasons)):
            return self._about()
        return self._general()

    def _has(self, phrases: Iterable[str]) -> bool:
        return bool(Table([(phrase, phrase) for phrase in phrases]).find(self.question))

    @property
    def now(self) -> Assessment:
        """The assessment that the conversation has come to."""
        return self.last.assessment if self.last else self.first

    @cached_property
    def concepts(self) -> tuple[str, ...]:
        """What the question names, else what the last one named."""
        named = tuple(dict.fromkeys(name for hit in self.asker.names.find(self.question) for name in hit.meanings))
        return named or (self.last.concepts if self.last else ())

    def _said(self, verdict: Verdict | None, sentences: Sequence[Sentence], proofs: Iterable[str]) -> PatientAnswer:
        shown = tuple(sentences[:SENTENCES]) or (Sentence(self.words.phrases["nothing"] + ".", ()),)
        known = tuple(dict.fromkeys(name for name in proofs if self.now.conclusion(name)))[:MOST]
        return PatientAnswer(self.question, None, verdict, shown, known, None, None, self.now, self.concepts)

    # -- suppositions

    def _supposed(self) -> PatientFacts | None:
        """The facts of a supposition, if the question makes one; they may be none."""
        leads = "|".join(re.escape(lead) for lead in sorted(self.words.supposing, key=len, reverse=True))
        found = re.search(rf"\b(?:{leads})\b(.*)", self.question, re.IGNORECASE | re.DOTALL)
        if not found:
            return None
        return self.asker.read(found[1].strip(" ?.!,") + ".", self.first)

    def _if(self, supposed: PatientFacts) -> PatientAnswer:
        """What would be otherwise; after `and` on top of what was supposed before."""
        before = self.now if AND.match(self.question) else self.first
        after = assess(self.ontology, self.asker.reasoner, with_facts(self.ontology, before.record.facts, supposed))
        change = difference(before, after)
        sentences = tuple(self._differences(before, after, change))[:SENTENCES]
        proofs = tuple(name for name in change.added if after.conclusion(name))[:MOST]
        if not sentences:
            no_change = Sentence(self.words.phrases["no_change"] + ".", ())
            sentences = (no_change, *self._standing(self._claims_about(supposed, after), after))[:SENTENCES]
        # what is supposed is no new subject: "may I give it?" behind it is about what was spoken of before
        concepts = self.last.concepts if self.last and self.last.concepts else self.concepts
        return PatientAnswer(self.question, supposed, None, sentences, proofs, change, None, after, concepts)

    def _claims_about(self, supposed: PatientFacts, after: Assessment) -> list[str]:
        """The claims about what is supposed, those that are nearest to applying first."""
        named = [*(fact.concept for fact in supposed.facts), *(item.quantity for item in supposed.measurements)]
        known = {
            name: after.outcomes.by_claim[name] for name in self.asker.about(named) if name in after.outcomes.by_claim
        }
        order = list(STANDING)
        return sorted(known, key=lambda name: order.index(known[name].outcome))

    def _changed(self) -> PatientAnswer:
        """What is otherwise than in the assessment before the last supposition, or before the last dated value."""
        before, after = (self.first, self.now) if self.last and self.last.supposed else (self._earlier(), self.now)
        change = difference(before, after)
        shown = tuple(self._differences(before, after, change))[:SENTENCES]
        proofs = tuple(name for name in change.added if after.conclusion(name))[:MOST]
        shown = shown or (Sentence(self.words.phrases["no_change"] + ".", ()),)
        return PatientAnswer(self.question, None, None, shown, proofs, change, None, after, self.concepts)

    def _earlier(self) -> Assessment:
        """The assessment without the values of the last day that has any."""
        facts = self.now.record.facts
        days = sorted({item.date for item in facts.measurements if item.date is not None})
        if len(days) < 2:
            return self.now
        kept = tuple(item for item in facts.measurements if item.date != days[-1])
        return assess(self.ontology, self.asker.reasoner, replace(facts, measurements=kept))

    def _differences(self, before: Assessment, after: Assessment, change: Difference) -> Iterator[Sentence]:
        """Entries that are new, then those that are gone, then the claims that stand otherwise."""
        phrases, told = self.words.phrases, set[str]()
        for key, ids in (("new", change.added), ("gone", change.removed)):
            items = (after if key == "new" else before).items
            for name in ids:
                if name in items:
                    told.update(items[name].claims)
                    yield Sentence(f"{phrases[key]}: {items[name].label}.", items[name].claims)
        for outcome in (Outcome.APPLICABLE, Outcome.EXCLUDED):
            for name, (_, now) in change.claims.items():
                if now is outcome and name not in told:
                    yield self._stands(name, after, phrases["applies_now" if now is Outcome.APPLICABLE else "excluded"])

    # -- one thing

    def _about(self) -> PatientAnswer:
        """What the assessment says for and against what is named."""
        against = list(self._items(self.words.forbidding))
        allowed = list(self._items(self.words.allowing))
        thought = [i for i in (*self.now.differential, *self.now.counterarguments) if self._is_named(i)]
        reverse = self._has(self.words.reversed)
        if not (against or allowed or thought):
            return self._undecided()
        asks_leave = self._has(self.words.permission) and not self._has(self.words.reasons)
        verdict = self._verdict(allowed, against) if asks_leave else None
        first, second = (against, allowed) if reverse or against else (allowed, against)
        items = [*first, *thought, *second]
        return self._said(verdict, tuple(self._claims_of(items)), [item.id for item in items])

    def _items(self, lists: Iterable[str]) -> Iterator[Item]:
        for name in lists:
            yield from (item for item in self.now.lists.get(name, ()) if self._is_named(item))

    def _is_named(self, item: Item) -> bool:
        """Whether an entry is of something named, or of a kind of it, or of what it is a kind of."""
        ontology = self.ontology
        return any(
            item.concept in {name} | ontology.descendants(name) | ontology.ancestors(name) for name in self.concepts
        )

    @staticmethod
    def _verdict(allowed: Sequence[Item], against: Sequence[Item]) -> Verdict:
        """No where a warning is entailed and nothing speaks for it, yes where nothing is against, else it depends."""
        if not against:
            return Verdict.YES if any(item.basis is Basis.ENTAILED for item in allowed) else Verdict.DEPENDS
        firm = any(item.basis is Basis.ENTAILED for item in against)
        return Verdict.NO if firm and not allowed else Verdict.DEPENDS

    def _claims_of(self, items: Iterable[Item]) -> Iterator[Sentence]:
        for name in dict.fromkeys(name for item in items for name in item.claims):
            yield Sentence(self.ontology.claims[name].sentence, (name,))

    def _undecided(self) -> PatientAnswer:
        """Claims about what is named that are open or excluded, with the facts that would decide them."""
        sentences, proofs = [], []
        for outcome in (Outcome.UNDETERMINED, Outcome.EXCLUDED):
            for item in self.now.outcomes.of(outcome):
                claim = self.ontology.claims[item.claim]
                if {name for _, name in claim.conclusions} & set(self.concepts):
                    sentences.append(self._stands(claim.id, self.now))
                    proofs.append(claim.id)
        asks_leave = self._has(self.words.permission)
        verdict = (Verdict.DEPENDS if sentences else Verdict.NOT_STATED) if asks_leave else None
        return self._said(verdict, sentences, proofs) if sentences else self._general()

    # -- anything else

    def _general(self) -> PatientAnswer:
        """What the articles say to the question, and how each claim stands for the patient."""
        found = self.asker.general(self.question)
        sentences = list(self._standing(found.ids()[:SENTENCES], self.now))
        said = self._said(found.verdict, sentences or found.sentences, found.ids())
        return replace(said, general=found)

    def _standing(self, claims: Iterable[str], assessment: Assessment) -> Iterator[Sentence]:
        """Some claims, each with how it stands for the patient."""
        for name in claims:
            yield self._stands(name, assessment)

    def _stands(self, name: str, assessment: Assessment, lead: str = "") -> Sentence:
        """One claim with how it stands for the patient and, where it is open, the first facts that would decide it."""
        phrases, found = self.words.phrases, assessment.outcomes.by_claim.get(name)
        if found and not lead:
            lead = phrases[STANDING[found.outcome]]
        if found and found.outcome is Outcome.UNDETERMINED and found.missing:
            lacking = ", ".join(fact.label for fact in found.missing[0])
            lead = f"{lead} ({phrases['lacking'].format(facts=lacking)})"
        return Sentence(
            f"{lead}: {self.ontology.claims[name].sentence}" if lead else self.ontology.claims[name].sentence, (name,)
        )
