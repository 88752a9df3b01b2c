"""From a name with its sense to entries of a case, or the reason why there is none.

What a concept is decides the list: findings and suspicions stand under findings, conditions under diagnoses, drugs
and therapies under treatments, past operations under procedures. A drug counts as taken where the text says so
(`on`, `takes`, a dose, a heading, a start date), as past where it says so, and is reported otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from kg.ontology.model import Concept
from kg.readers.text.cues import Cue
from kg.readers.text.dates import DateHit
from kg.readers.text.entries import Draft
from kg.readers.text.lexicon import Lexicon
from kg.readers.text.marks import Mark
from kg.readers.text.named import POSITIONS, TREATMENTS, NameContext, NamedConcept
from kg.readers.text.reading import Sense, Span
from kg.vocabulary.names import RELATED

NOT_STATED: Final = ("specimen", "qualifier", "substance", "context")
NEAR: Final = 40
PLANNED: Final = ("drug", "therapy", "procedure")
PAST: Final = ("condition", "drug", "therapy", "finding")
REASONS: Final[Mapping[Sense, str]] = {
    Sense.FAMILY: "said of the family, not of the patient",
    Sense.HYPOTHETICAL: "a possibility or a general remark, not a statement of the patient",
    Sense.UNCERTAIN: "stated as uncertain",
    Sense.WITHHELD: "withheld, declined or advised against: neither taken nor planned",
}
_NOT_OF_TODAY: Final = frozenset({Mark.SUSPECTED, Mark.HISTORY, Mark.HAD, Mark.UNCERTAIN})
_TEST_WORD: Final = re.compile(
    r"\s+(?:(?:and|or|/|,)\s*\w{1,3}\s+)?(?P<test>serolog(?:y|ies)|tests?|testing|screen|antibod(?:y|ies)|antigen|pcr)\b",
    re.IGNORECASE,
)


class Meaning:
    """Writes the entries of one text into its draft."""

    def __init__(self, lexicon: Lexicon, draft: Draft) -> None:
        self.lexicon, self.draft = lexicon, draft
        self.ontology = lexicon.names.ontology
        phrases = lexicon.language.phrases[Cue.TREATED]
        self.running = frozenset(word for phrase in phrases for word in phrase.split())
        self.present: frozenset[str] = frozenset()

    # -- which concept

    def choose(self, named: NamedConcept, context: NameContext) -> Concept | None:
        """The concept that a name means where it stands (P18); None when that stays open."""
        candidates = named.hit.entry.concepts
        for kinds in self._wanted(named, context):
            fitting = [pair for pair in candidates if pair[0].kind in kinds]
            if fitting:
                candidates = tuple(fitting)
                break
        best = min(rank for _, rank in candidates)
        found = {concept.name: concept for concept, rank in candidates if rank == best}
        return next(iter(found.values())) if len(found) == 1 else None

    def _wanted(self, named: NamedConcept, context: NameContext) -> Iterator[tuple[str, ...]]:
        marks = named.marks
        if named.position or Mark.PENDING in marks or self._measured(named):
            yield ("analyte", "procedure")
        if (
            context.taken
            or marks & {Mark.TREATED, Mark.PLAN, Mark.ENDED}
            or context.heading in ("treatments", "plan")
            or context.gives
        ):
            yield TREATMENTS
        if Mark.PLAN in marks or context.heading == "plan":
            yield ("procedure",)
        if marks & _NOT_OF_TODAY or context.heading in (
            "history",
            "diagnoses",
        ):
            yield ("condition", "history")
        if context.asked:
            yield ("analyte", "condition")

    def _measured(self, named: NamedConcept) -> bool:
        """Whether the words around a name say that its level is meant, not a treatment of that name."""
        text, patterns = self.draft.text, self.lexicon.language.patterns
        before = patterns["measured_before"].search(text, max(0, named.token.start - NEAR), named.token.start)
        return before is not None or patterns["level_behind"].match(text, named.token.end) is not None

    # -- entries

    def state(self, named: NamedConcept, concept: Concept, sense: Sense, context: NameContext) -> bool:
        """Write what a name in a sense states; whether anything came of it."""
        if concept.kind in NOT_STATED or sense in (Sense.ASKED, Sense.HEADING):
            return False
        if Mark.ALLERGY in named.marks or context.heading == "allergy":
            return self._leave(named, "an allergy or intolerance, not a treatment")
        if sense in REASONS:
            return self._leave(named, REASONS[sense])
        if concept.kind == "condition" and (test := self._test_for(named)):
            return self._test(named, test, sense, context)
        if concept.kind == "analyte" and not named.position:
            return self._test(named, concept, sense, context)
        if named.position:
            return self._positioned(named, concept, sense, context)
        write: Callable[[NamedConcept, Concept, NameContext], bool] = {
            Sense.ASSERTED: self._asserted,
            Sense.NEGATED: self._negated,
            Sense.SUSPECTED: self._suspected,
            Sense.PLAN: self._planned,
            Sense.HISTORY: self._past,
        }[sense]
        return write(named, concept, context)

    def _leave(self, named: NamedConcept, reason: str) -> bool:
        return self.draft.leave(named.start, named.end, reason)

    def _add(self, list_name: str, named: NamedConcept, concept: Concept, **fields: Any) -> bool:
        entry = {"concept": concept.code, **{name: value for name, value in fields.items() if value}}
        used = [
            hit.end
            for hit in (named.day, named.since, named.until)
            if hit and hit.day and hit.day.isoformat() in entry.values()
        ]
        end = max([named.end, *(place for place in used if place - named.end < NEAR)])
        return self.draft.add(list_name, entry, Span(named.start, end))

    def _asserted(self, named: NamedConcept, concept: Concept, context: NameContext) -> bool:
        match concept.kind:
            case "drug" | "therapy":
                return self._treatment(named, concept, context)
            case "intent":
                ended = (
                    Mark.TREATED in named.marks
                    or "intent" in named.hit.phrase
                    or named.hit.phrase == concept.label.casefold()
                )
                return (
                    self._add("intents", named, concept)
                    if ended or self.exact(named, concept)
                    else self._leave(named, "an aim of a treatment, without saying that it runs")
                )
            case "procedure" if self.lexicon.language.patterns["to_come"].match(self.draft.text, named.token.end):
                return self._planned(named, concept, context)
            case "procedure":
                return self._procedure(named, concept)
            case "condition" | "finding" if self._dated_past(named, context):
                return self._past(named, concept, context)
            case "result" if Mark.PENDING in named.marks:
                return self._add("results", named, concept, status="pending")
        list_name = self._list(concept)
        days = {"date": self._day(named.day)} | ({"started": self._day(named.since)} if named.since else {})
        return self._add(list_name, named, concept, **days)

    def _list(self, concept: Concept) -> str:
        # a test that is named without a value is one whose result is there or awaited
        usual = "results" if concept.kind == "analyte" else self.ontology.kinds[concept.kind].case_list
        return str(self.lexicon.customs.list_of.get(concept.name, usual))

    def _day(self, hit: DateHit | None) -> str:
        """A full date in ISO form; a year or a month alone is reported and leaves the entry without a date."""
        if hit is None:
            return ""
        if hit.wrong:
            self.draft.leave(hit.start, hit.end, "the calendar has no such day; the entry stands without a date")
            return ""
        if hit.day is None:
            self.draft.leave(hit.start, hit.end, "a year or a month gives no day; the entry stands without a date")
            return ""
        return hit.day.isoformat()

    def _dated_past(self, named: NamedConcept, context: NameContext) -> bool:
        """A condition with a bare year before this one, which nothing says still runs."""
        day = named.day
        return bool(
            day and day.day is None and (day.year or context.today.year) < context.today.year and not context.diagnosed
        )

    # -- treatments

    def _treatment(self, named: NamedConcept, concept: Concept, context: NameContext) -> bool:
        running = bool(named.marks & {Mark.TREATED, Mark.DONE}) or context.taken or context.heading == "treatments"
        running = running or named.since is not None or bool(set(named.hit.phrase.split()) & self.running)
        if named.until and named.until.over(context.today):
            ended = self._day(named.until)
            if ended and self.exact(named, concept):
                return self._add("treatments", named, concept, started=self._day(named.since), ended=ended)
            named.marks.add(Mark.ENDED)
            return self._past(named, concept, context)
        bygone = (
            named.day is not None and not named.since and (named.day.year or context.today.year) < context.today.year
        )
        if named.day and (bygone or not running):
            return self._past(named, concept, context)
        if named.since and named.since.day and named.since.day > context.today:
            return self._planned(named, concept, context)
        if not running:
            return self._leave(named, "named without saying whether it is taken, was taken or is planned")
        meant, _ = self._running(named, concept)
        return self._add("treatments", named, meant, started=self._day(named.since))

    def _running(self, named: NamedConcept, concept: Concept) -> tuple[Concept, bool]:
        """The concept for a treatment that runs, where the vocabulary has one of its own, and whether it is exact."""
        exact = self.exact(named, concept)
        if Mark.TREATED in named.marks and concept.kind == "therapy":
            for name in (concept.label, *concept.synonyms):
                for other, rank in self.lexicon.concepts(f"on {name}"):
                    return other, exact and rank != RELATED
        return concept, exact

    def exact(self, named: NamedConcept, concept: Concept) -> bool:
        """Whether a name stands for the concept itself, and not for what is narrower or near."""
        return all(rank != RELATED for other, rank in named.hit.entry.concepts if other.name == concept.name)

    def _planned(self, named: NamedConcept, concept: Concept, context: NameContext) -> bool:
        if concept.kind not in PLANNED:
            return self._leave(named, "stands in a plan")
        return self._add("plans", named, concept)

    def _past(self, named: NamedConcept, concept: Concept, context: NameContext) -> bool:
        if concept.kind == "intent":
            return self._leave(named, "the aim of a past treatment")
        if concept.kind not in PAST:
            return self._asserted_past(named, concept)
        day = self._day(named.day)
        ended = Mark.ENDED in named.marks or (named.until is not None and named.until.over(context.today))
        if ended and concept.kind in TREATMENTS:
            since, until = self._day(named.since), self._day(named.until) if named.until else day
            exact = self.exact(named, concept)
            if until and exact:
                return self._add("treatments", named, concept, started=since, ended=until)
            if exact:
                self._add("treatments", named, concept, status="absent")
            return self._add("history", named, concept)
        return self._add("history", named, concept, date=day)

    def _asserted_past(self, named: NamedConcept, concept: Concept) -> bool:
        if concept.kind == "procedure":
            return self._procedure(named, concept, done=True)
        return self._add(self._list(concept), named, concept, date=self._day(named.day))

    # -- tests

    def _procedure(self, named: NamedConcept, concept: Concept, done: bool = False) -> bool:
        marks = named.marks
        result = self._result_of(named, concept)
        if Mark.PENDING in marks:
            if Mark.DONE in marks or named.day:
                self._add("procedures", named, concept, date=self._day(named.day))
            return self._add("results", named, result or concept, status="pending")
        if Mark.SHOWS in marks:
            return self._add("results", named, result or concept, date=self._day(named.day))
        if done or Mark.DONE in marks or Mark.HAD in marks or named.day:
            return self._add("procedures", named, concept, date=self._day(named.day))
        return self._leave(named, "a test named without saying whether it was done, is planned or shows anything")

    def _result_of(self, named: NamedConcept, concept: Concept) -> Concept | None:
        for name in (concept.label, *concept.synonyms):
            for other, _ in self.lexicon.concepts(f"{name} result"):
                if other.kind == "result":
                    return other
        return None

    def _test(self, named: NamedConcept, concept: Concept, sense: Sense, context: NameContext) -> bool:
        """A test named without a value."""
        if Mark.PENDING in named.marks:
            return self._add("results", named, concept, status="pending")
        if Mark.TREATED in named.marks or context.heading == "treatments":
            return self._leave(named, f"no treatment has this name; {concept.label} is a test")
        counted = concept.name in self.ontology.quantities
        told = named.marks & {Mark.NEGATED, Mark.SHOWS, Mark.DONE, Mark.NEG} or self._outcome(named)
        if not counted and told and sense in (Sense.ASSERTED, Sense.NEGATED):
            self._leave(named, "the outcome of the test has no place in a case; only that there is a result")
            return self._add("results", named, concept, date=self._day(named.day))
        return self._leave(named, "a test named without a value or an outcome")

    def _test_for(self, named: NamedConcept) -> Concept | None:
        """The test that a condition's name stands in (`... serology`), or that its `negative` speaks of."""
        word = _TEST_WORD.match(self.draft.text, named.token.end)
        tails = [word["test"]] if word else []
        if Mark.TESTED in named.marks:
            tails += ["test", "serology"]
        for tail in tails:
            for concept, _ in self.lexicon.concepts(f"{named.hit.phrase} {tail}"):
                return concept
        return None

    def _outcome(self, named: NamedConcept) -> bool:
        """Whether an outcome is printed behind a test."""
        return (
            re.match(
                r"[^.;\n]{0,30}\b(?:negative|positive|reactive)\b", self.draft.text[named.token.end :], re.IGNORECASE
            )
            is not None
        )

    def _positioned(self, named: NamedConcept, concept: Concept, sense: Sense, context: NameContext) -> bool:
        """Low, normal or high said of a test: the finding that the vocabulary has for it."""
        finding = self.finding(concept, named.position, named.degree, named.hit.phrase)
        if finding is None:
            said = f"{concept.label}, {named.position.lower()}"
            return self._leave(named, f"the vocabulary has no finding for it ({said})")
        if sense is Sense.NEGATED:
            return self._absent("findings", named, finding)
        if sense is Sense.HISTORY:
            return self._add("history", named, finding, date=self._day(named.day))
        return self._add("findings", named, finding, date=self._day(named.day))

    def finding(self, concept: Concept, position: str, degree: str, surface: str) -> Concept | None:
        """The finding of a test at a position, with a degree where there is a name for that."""
        if degree and (named := self._named_finding(concept, position, degree, surface)):
            return named
        axis = (concept.name, position)
        found = sorted(name for name, other in self.ontology.concepts.items() if other.axis == axis)
        if found:
            return self.ontology.concepts[found[0]]
        return self._named_finding(concept, position, "", surface)

    def _named_finding(self, concept: Concept, position: str, degree: str, surface: str) -> Concept | None:
        """The finding whose name is position and test, such as `normal` with what the text calls the test."""
        for cue, name in POSITIONS.items():
            for word in self.lexicon.language.phrases[cue] if name == position else ():
                for test in (surface, concept.label, *concept.synonyms):
                    for other, _ in self.lexicon.concepts(f"{degree} {word} {test}".strip()):
                        return other
        return None

    # -- absence

    def _negated(self, named: NamedConcept, concept: Concept, context: NameContext) -> bool:
        marks = named.marks
        if concept.kind in ("condition", "suspicion") and named.test:
            return self._leave(named, "a negative inside a test result says nothing of the patient as a whole (P17)")
        if Mark.SUSPECTED in marks or Mark.UNCERTAIN in marks:
            return self._leave(named, "stated as uncertain")
        if Mark.OTHER in marks and self.present & self.ontology.descendants(concept.name):
            return self._leave(named, f"none beside the one that is stated; {concept.label} itself is not absent")
        if concept.kind == "intent":
            return self._absent("intents", named, concept)
        if Mark.PLAN in marks and concept.kind in TREATMENTS:
            return self._absent("plans", named, concept)
        never = Mark.NEVER in marks or (Mark.NEG in marks and Mark.HAD in marks)
        if (
            concept.kind in PAST
            and concept.kind != "finding"
            and (never or Mark.HISTORY in marks or context.heading == "history")
        ):
            done = self._absent("history", named, concept)
            return (self._absent(self._list(concept), named, concept) and done) if never and done else done
        if concept.kind in ("drug", "therapy"):
            meant, exact = self._running(named, concept)
            return self._absent("treatments", named, meant, exact)
        return self._absent(self._list(concept), named, concept)

    def _absent(self, list_name: str, named: NamedConcept, concept: Concept, exact: bool | None = None) -> bool:
        if not (self.exact(named, concept) if exact is None else exact):
            return self._leave(named, f"narrower than {concept.label}, or only near it: its absence says nothing of it")
        return self._add(list_name, named, concept, status="absent")

    def absent(self, named: NamedConcept, concept: Concept) -> bool:
        """Write that a concept is absent, as what is broader than it is."""
        return self._add(self._list(concept), named, concept, status="absent")

    def _suspected(self, named: NamedConcept, concept: Concept, context: NameContext) -> bool:
        if concept.kind != "condition":
            return self._leave(named, "stated as suspected; only a diagnosis can be")
        return self._add("diagnoses", named, concept, status="suspected")

    def examined(self, named: NamedConcept, present: frozenset[str]) -> bool:
        """The signs of an examination that is said to be normal, without those that the text finds (P17).

        Of one that is said to be reduced or raised, the finding of that name.
        """
        written = False
        if named.position != "Normal":
            cue = next(cue for cue, position in POSITIONS.items() if position == named.position)
            found = (self.lexicon.concepts(f"{word} {named.hit.phrase}") for word in self.lexicon.language.phrases[cue])
            concept = next((concepts[0][0] for concepts in found if concepts), None)
            if concept is None:
                return self._leave(named, f"an examination that is said to be {named.position.lower()}")
            return self._add("findings", named, concept)
        for name in named.hit.entry.absent:
            below = self.ontology.descendants(name)
            if not below & present:
                written = self._add("findings", named, self.ontology.concepts[name], status="absent")
        return written
