"""The first screen: who it is about, what to do first, what to avoid, what to think of and why, what to ask."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final

from kg.assess import Action, Assessment, Basis, Differential
from kg.assess.issues import STALE, age_in_days, current
from kg.assess.outcomes import Outcome
from kg.assess.questions import Question
from kg.facts.patient import NOT_PLACED, Status
from kg.render.lead import Lead
from kg.render.parts import UNRESOLVED, AnswerLine, Dispute, Parts, Section
from kg.render.phrases import continued, how, phrase
from kg.render.wording import (
    age,
    asked,
    cited,
    counted,
    doses,
    exception,
    named,
    qualified,
    reading,
    ruled_out,
    some,
    stated,
    strength,
    valued,
    when,
    words,
)

ROWS, REASONED = 3, 2
FACTS: Final = 12
ALIKE: Final = 4
UNCLEAR: Final = {"reading": "in one reading", "grey_zone": "grey zone", "comparator": "value not exact"}
AFFECTED: Final = ("escalations", "treatments", "next_steps", "contraindications", "monitoring")
SETTLED: Final = (*AFFECTED, "differential")
LIMITING: Final = ("doesNotIndicate", "forbidsTargeting", "deniesTreatmentTarget", "prohibits", "forbidsConfusing")
UNDECIDED: Final = "no rule of the articles decides"
WARNED: Final = {
    Outcome.APPLICABLE: "warnings that apply",
    Outcome.AMBIGUOUS: "warnings in one reading",
    Outcome.UNDETERMINED: "warnings still open",
    Outcome.EXCLUDED: "warnings that do not apply",
}


class Summary:
    """The summary of one assessment; `command`, before an id, explains a conclusion."""

    def __init__(self, parts: Parts, command: str) -> None:
        self.parts, self.ontology, self.assessment = parts, parts.ontology, parts.assessment
        self.command = command

    def headline(self) -> str:
        """The alerts; then the first condition, the first thing to do, the first to avoid.

        Where an alert stands, nothing reassures.
        """
        parts, alarm = self.parts, [item.sentence for item in self.assessment.alerts]
        first = [*parts.escalations, *parts.stopped, *parts.urgent]
        said = [f"Think of: {self._condition(item)}" for item in parts.conditions[:1]]
        said += [f"Do first: {qualified(phrase(self.ontology, item), when(item), reading(item))}" for item in first[:1]]
        said += [f"In conflict: {', '.join(item.labels)}" for item in self._unresolved()]
        said += [f"Treat: {self._modal(item)}" for item in parts.treatments[:1] if not parts.disputed(item)]
        withheld = [phrase(self.ontology, one) for one in parts.avoided if not set(one.relations) <= set(LIMITING)]
        withheld += [f"As a precaution avoid: {item.label}" for item in parts.at_stake]
        said += withheld[:1]
        if alarm or said:
            return " · ".join([*alarm, *said])
        return " · ".join(row.text for row in Lead(parts).without_urgency())

    def sections(self) -> Iterator[Section]:
        """One row or a few under each of the heads that have something to say."""
        parts = self.parts
        urgent = bool(parts.urgent or parts.ensured or parts.stopped or parts.escalations)
        heads = (
            ("Patient", self._patient(), False),
            ("Not used", self._not_used(), True),
            ("Data", self._shown(self._issues()), True),
            ("Conflict", self._conflicts(), True),
            ("Do first" if urgent else "Do next", self._first() if urgent else self._next(), True),
            ("Treat", self._shown(map(self._treatment, parts.treatments)), False),
            ("Planned", self._planned(), False),
            ("Avoid", self._avoid(), True),
            ("Unclear", self._unclear(), True),
            ("Think of", self._conditions(), False),
            ("Ask", self._questions(), False),
            ("Evidence", self._evidence(), False),
            ("Proof", self._proof(), False),
        )
        for heading, rows, pressing in heads:
            if found := tuple(rows):
                yield Section(heading, found, pressing)

    @staticmethod
    def _shown(rows: Iterable[AnswerLine], limit: int = ROWS) -> list[AnswerLine]:
        """The first rows; the last of them says how many more there are."""
        found = list(rows)
        if len(found) > limit:
            found[limit - 1 :] = [AnswerLine(f"{found[limit - 1].text} (+{len(found) - limit} below)")]
        return found

    # -- the patient

    def _patient(self) -> Iterator[AnswerLine]:
        facts = self.assessment.record.facts
        who = [*filter(None, (facts.sex, f"{facts.age} years" if facts.age is not None else ""))]
        known = [*who, *self._values()]
        for status in Status:
            named = [stated(self.ontology, fact) for fact in facts.facts if fact.status is status]
            if named:
                known.append(", ".join(named) if status is Status.PRESENT else f"{words(status)}: {', '.join(named)}")
        yield AnswerLine(f"{'; '.join(known) or 'nothing known'} (as of {facts.as_of})")

    def _values(self) -> Iterator[str]:
        record = self.assessment.record
        latest = current(record)
        for occasion in latest[:FACTS]:
            yield qualified(valued(self.ontology, occasion.values[-1]), age(age_in_days(record, occasion)))
        if len(latest) > FACTS:
            yield f"{len(latest) - FACTS} more values"

    def _issues(self) -> Iterator[AnswerLine]:
        """Each issue, but old values in one row, and those that nothing places."""
        issues = self.assessment.issues
        yield from (AnswerLine(issue.message) for issue in issues if issue.kind not in (STALE, NOT_PLACED))
        if unplaced := self._of_kind(NOT_PLACED):
            yield AnswerLine(f"Low or high is not known, for want of a range or flag: {some(unplaced, FACTS)}")
        if old := self._of_kind(STALE):
            yield AnswerLine(f"Older than {self.ontology.stale_after_days} days: {some(old, FACTS)}")

    def _of_kind(self, kind: str) -> list[str]:
        issues = (issue for issue in self.assessment.issues if issue.kind == kind)
        return [self.ontology.label(name) for issue in issues for name in issue.concepts]

    def _not_used(self) -> Iterator[AnswerLine]:
        if unread := self.assessment.record.facts.unread:
            yield AnswerLine(some((f"“{one.text}”" for one in unread), 6))

    # -- what to do

    def _first(self) -> Iterator[AnswerLine]:
        parts = self.parts
        for item in (*parts.escalations, *parts.ensured, *parts.stopped):
            yield AnswerLine(
                f"{qualified(phrase(self.ontology, item), when(item), reading(item))} {cited(item.claims)}"
            )
        for word, items in groupby(parts.urgent, key=lambda item: item.urgency):
            group = list(items)
            within = ((item, when(item).removeprefix(words(word)).removeprefix(", ")) for item in group)
            names = named(
                (qualified(continued(phrase(self.ontology, item)), limit) for item, limit in within), group, 9
            )
            yield AnswerLine(f"{words(word)}: {names} {cited(name for item in group for name in item.claims)}")
        if parts.needed_first:
            claims = list(dict.fromkeys(one.claim for item in parts.pressing for one in item.after))
            texts = (
                qualified(continued(phrase(self.ontology, one)), how(self.ontology, one)) for one in parts.needed_first
            )
            names = named(texts, parts.needed_first, 9)
            yield AnswerLine(f"before that: {names} {cited(claims)}{''.join(self._freed(claims))}")
        said = {item.concept for item in parts.ensured}
        if later := [item for item in parts.later if not ruled_out(item) and item.concept not in said]:
            names = some((self._modal(item) for item in later), 2)
            yield AnswerLine(f"then: {names} {cited((name for item in later[:2] for name in item.claims), 2)}")

    def _freed(self, claims: Iterable[str]) -> Iterator[str]:
        """What is printed as an exception to an order of steps."""
        for name in claims:
            for other in self.ontology.claims[name].exceptions:
                yield f", but: {self.ontology.claims[other].sentence.rstrip('.')} [{other}]"

    def _next(self) -> list[AnswerLine]:
        steps = (item for item in self.parts.steps if not ruled_out(item))
        return self._shown(AnswerLine(f"{self._modal(item)} {cited(item.claims)}") for item in steps)

    def _modal(self, item: Action) -> str:
        return qualified(phrase(self.ontology, item), how(self.ontology, item), reading(item))

    def _treatment(self, item: Action) -> AnswerLine:
        given = (text.replace(f" {item.label},", "") for text in doses(self.ontology, item))
        doubt = ("in conflict",) if self.parts.disputed(item) else ()
        return AnswerLine(f"{'; '.join((self._modal(item), *doubt, *given))} {cited(item.claims)}")

    def _planned(self) -> Iterator[AnswerLine]:
        """For each plan, the warnings about it by their outcome."""
        for fact in self.assessment.record.facts.facts:
            if fact.list == "plans" and fact.status is Status.PRESENT:
                found: dict[str, list[str]] = {}
                for name in self.parts.warnings_about(fact.concept):
                    found.setdefault(self.assessment.outcomes.by_claim[name].outcome, []).append(name)
                said = [f"{text} {cited(found[outcome], 6)}" for outcome, text in WARNED.items() if outcome in found]
                yield AnswerLine(f"{self.ontology.label(fact.concept)}: {'; '.join(said) or 'no claim warns of it'}")

    def _avoid(self) -> list[AnswerLine]:
        rows = [self._warning(item) for item in self.parts.avoided]
        for item in self.parts.at_stake:
            unknown = [exception(one) for one in item.exceptions if one.state == "unknown"]
            rows.append(
                AnswerLine(f"As a precaution: {item.label}; not known: {'; '.join(unknown)} {cited(item.claims)}")
            )
        return self._shown(rows)

    def _warning(self, item: Action) -> AnswerLine:
        sentence = self.ontology.claims[item.claims[0]].sentence
        scope = f" ({', '.join(item.scope)})" if item.scope else ""
        said = qualified(phrase(self.ontology, item), reading(item))
        return AnswerLine(f"{said}. {sentence.rstrip('.')}{scope} {cited(item.claims)}")

    def _conflicts(self) -> list[AnswerLine]:
        return self._shown(
            AnswerLine(
                f"{', '.join(item.labels)}: {cited(item.supporting)} for, {cited(item.opposing)} against; {UNDECIDED}"
            )
            for item in self._unresolved()
        )

    def _unresolved(self) -> list[Dispute]:
        return [item for item in self.parts.disputes if item.resolution == UNRESOLVED]

    def _unclear(self) -> list[AnswerLine]:
        """Claims on the plan that hold or not, by how the text or a value is read."""
        rows, told = [], {name for item in self.parts.precautions for name in item.claims}
        for item in self.assessment.outcomes.of(Outcome.AMBIGUOUS):
            claim = self.ontology.claims[item.claim]
            if claim.id not in told and any(
                self.ontology.lists.get(predicate) in AFFECTED for predicate, _ in claim.conclusions
            ):
                rows.append(AnswerLine(f"{claim.sentence.rstrip('.')} ({UNCLEAR[item.reason]}) [{claim.id}]"))
        return self._shown(rows, 2)

    # -- what to think of, and what to ask

    def _conditions(self) -> Iterator[AnswerLine]:
        """The broadest conditions with what belongs under them; then what is known, and what is less likely."""
        heads = [item for item in self.parts.open_conditions if not self._under(item)]
        leading = [item for item in heads if self._stands_in_every_reading(item)][:REASONED]
        for item in leading:
            lead = self._lead(item)
            names = some((one.label for one in self._narrower(item)), ALIKE)
            among = f"; among them {names}" if names else ""
            sentence = self.ontology.claims[lead].sentence.rstrip(".")
            yield AnswerLine(f"{self._condition(item)}{among}. {sentence} [{lead}]")
        if rest := [item for item in heads if item not in leading]:
            claims = cited((name for item in rest for name in item.claims), 2)
            yield AnswerLine(f"also: {some((self._condition(item) for item in rest), ROWS)} {claims}")
        if known := self.parts.known:
            goes_with = dict.fromkeys(self.ontology.label(name) for item in known for name in item.explains)
            claims = cited((name for item in known for name in item.claims), 2)
            fitting = f" (goes with {some(goes_with, ROWS)})" if goes_with else ""
            yield AnswerLine(f"already known: {some((item.label for item in known), ALIKE)}{fitting} {claims}")
        if less := self.parts.less_likely:
            claims = cited((name for _, names in less for name in names), 2)
            yield AnswerLine(f"less likely: {some((label for label, _ in less), ROWS)} {claims}")

    def _stands_in_every_reading(self, head: Differential) -> bool:
        return any(item.basis is Basis.ENTAILED for item in (head, *self._narrower(head)))

    def _under(self, item: Differential) -> bool:
        return any(one.concept == item.parent for one in self.parts.open_conditions)

    def _narrower(self, head: Differential) -> Iterator[Differential]:
        for item in self.parts.open_conditions:
            if item.parent == head.concept:
                yield item
                yield from self._narrower(item)

    def _condition(self, item: Differential) -> str:
        return qualified(item.label, strength(item.strength), reading(item))

    def _lead(self, item: Differential) -> str:
        """The claim that gives a condition its strength."""
        found = (name for name in item.claims if self.ontology.claims[name].field("strength") == item.strength)
        return next(found, item.claims[0])

    def _questions(self) -> Iterator[AnswerLine]:
        for settles, items in list(grouped(self.assessment.questions).items())[:ROWS]:
            yield AnswerLine(f"{question(items, self.assessment)} {self.decides(settles, 2)}{cited(settles, 1)}")

    def decides(self, settles: Iterable[str], limit: int = ROWS) -> str:
        """What of the plan some claims would decide, beyond what is decided."""
        decided = {item.concept for name in self.parts.lists for item in self.parts.entailed(name)}
        decided |= {item.concept for item in self.parts.conditions}
        found = (
            (SETTLED.index(self.ontology.lists[predicate]), concept)
            for name in settles
            for predicate, concept in self.ontology.claims[name].conclusions
            if self.ontology.lists.get(predicate) in SETTLED and concept not in decided
        )
        labels = [self.ontology.label(concept) for _, concept in sorted(found, key=lambda pair: pair[0])]
        return f"Decides on {some(labels, limit)} " if labels else ""

    # -- how far to trust it

    def _evidence(self) -> Iterator[AnswerLine]:
        applicable = self.assessment.applicable()
        for name in sorted({claim.article for claim in applicable}):
            article = self.ontology.articles[name]
            claims = [claim for claim in applicable if claim.article == name]
            markers = {one.number: words(one.state) for claim in claims for one in claim.markers}
            states = [f"{list(markers.values()).count(state)} {state}" for state in sorted(set(markers.values()))]
            uncited = sum(not claim.markers for claim in claims)
            doubted = sum(bool(claim.doubts) for claim in claims)
            yield AnswerLine(
                f"{name} of {article.modified}, human review {article.human_review}: {counted(len(claims), 'claim')}, "
                f"{doubted} doubted, {uncited} uncited; markers: {', '.join(states) or 'none'}"
            )

    def _proof(self) -> Iterator[AnswerLine]:
        if self.command and self.assessment.applicable():
            first = [*self.parts.conditions, *self.parts.urgent, *self.parts.warnings]
            name = first[0].claims[0] if first else self.assessment.applicable()[0].id
            yield AnswerLine(f"{self.command} {name}", whole=True)


def grouped(questions: Iterable[Question]) -> dict[tuple[str, ...], list[Question]]:
    """Questions that would settle the same claims, together."""
    found: dict[tuple[str, ...], list[Question]] = {}
    for item in questions:
        found.setdefault(item.settles, []).append(item)
    return found


def question(items: Sequence[Question], assessment: Assessment) -> str:
    """Questions that settle the same, as one."""
    texts = [" and ".join(asked(fact, assessment) for fact in item.missing) for item in items]
    more = f" / {len(texts) - ALIKE} more" if len(texts) > ALIKE else ""
    joined = " / ".join(texts[:ALIKE])
    return f"{joined[:1].upper()}{joined[1:]}{more}?"
