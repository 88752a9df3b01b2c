"""An assessment as a document in the order a clinician acts: the common ground of the text and the Markdown.

Nothing is said here that is not a claim's sentence, a label of the ontology or a fact of the record; what rests on a
claim ends in its id.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from kg.assess import Action, Assessment, Basis, Branch, Conflict, Differential
from kg.assess.issues import age_in_days, current
from kg.entries import Claim, RegimenPhase
from kg.facts import Fact, Measurement, Status
from kg.missing import MissingFact
from kg.ontology import Ontology
from kg.outcomes import Outcome
from kg.render.data import notice

NEAREST, SHOWN, BRANCHES = 8, 3, 6
TO_DO: Final = ("escalations", "next_steps", "treatments", "monitoring")
PRESSING: Final = ("immediate", "urgent", "red_flag")
NOT_ACTIONS: Final = ("condition", "finding")
UNITS: Final = {"D": "day", "W": "week", "M": "month", "Y": "year"}


@dataclass(frozen=True)
class Row:
    """One line, the claims it rests on, and what belongs under it."""

    text: str
    claims: tuple[str, ...] = ()
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """Rows under a heading; `pressing` sections are what must be seen first."""

    heading: str
    rows: tuple[Row, ...]
    pressing: bool = False


@dataclass(frozen=True)
class Document:
    """A headline of a few lines, sections, and the small print."""

    headline: tuple[str, ...]
    sections: tuple[Section, ...]
    small_print: tuple[str, ...]


def document(assessment: Assessment) -> Document:
    """The whole answer."""
    return _Builder(assessment).build()


class _Builder:
    def __init__(self, assessment: Assessment) -> None:
        self.assessment, self.ontology, self.lists = assessment, assessment.ontology, assessment.lists

    def build(self) -> Document:
        item = self.assessment
        steps = self._entailed("next_steps")
        first = self._pressing(steps)
        pressing = [*self._entailed("escalations"), *(one for one in steps if one.id in first)]
        later = [one for one in steps if one.id not in first]
        open_ones = [
            one for name in ("escalations", "next_steps", "treatments", "monitoring") for one in self._open(name)
        ]
        sections = [
            Section("Understood", tuple(self._understood())),
            Section("Act now", tuple(map(self._action, pressing)), pressing=True),
            Section("Data issues", tuple(Row(issue.message) for issue in item.issues), pressing=True),
            Section("Next steps, in order", tuple(map(self._action, later))),
            Section("Treatment", tuple(map(self._action, self._entailed("treatments")))),
            Section("Monitoring", tuple(map(self._action, self._entailed("monitoring")))),
            Section("Avoid", tuple(map(self._warning, self._warnings(Basis.ENTAILED))), pressing=True),
            Section("Avoid as a precaution", tuple(map(self._warning, self._warnings(Basis.PRECAUTIONARY)))),
            Section("Differential", tuple(map(self._condition, self._conditions(Basis.ENTAILED)))),
            Section("Argued against", tuple(self._counterarguments())),
            Section("Claims in conflict", tuple(map(self._conflict, item.conflicts))),
            Section("Only in one reading of the text", (*map(self._action, open_ones), *self._ambiguous())),
            Section("Ask or test next", tuple(self._questions())),
            Section("If it turns out so", tuple(self._branches())),
            Section("Why: the claims that apply", tuple(self._claims())),
        ]
        return Document(
            tuple(self._headline(pressing)), tuple(one for one in sections if one.rows), self._small_print()
        )

    @staticmethod
    def _pressing(steps: list[Action]) -> frozenset[str]:
        """Steps with a printed urgency, and whatever must come before them."""
        known = {one.id: one for one in steps}
        todo = [one.id for one in steps if one.urgency in PRESSING]
        found: set[str] = set()
        while todo:
            name = todo.pop()
            if name in known and name not in found:
                found.add(name)
                todo += [one.id for one in known[name].after]
        return frozenset(found)

    def _entailed(self, name: str) -> list[Action]:
        return [item for item in self.lists.get(name, ()) if item.basis is Basis.ENTAILED]

    def _open(self, name: str) -> list[Action]:
        return [item for item in self.lists.get(name, ()) if item.basis is Basis.AMBIGUOUS]

    def _warnings(self, basis: Basis) -> list[Action]:
        names = ("contraindications", "pitfalls")
        return [item for name in names for item in self.lists.get(name, ()) if item.basis is basis]

    def _conditions(self, basis: Basis) -> list[Differential]:
        return [item for item in self.assessment.differential if item.basis is basis]

    # -- headline and understanding

    def _headline(self, pressing: list[Action]) -> Iterator[str]:
        conditions = self._conditions(Basis.ENTAILED)
        if conditions:
            yield "Think of: " + _some(f"{item.label} ({_words(item.strength)})" for item in conditions)
        if urgent := sorted((one for one in pressing if one.urgency), key=lambda one: PRESSING.index(one.urgency)):
            yield "Do first: " + _some(f"{item.label} ({self._when(item)})" for item in urgent)
        if warnings := self._entailed("contraindications"):
            yield "Avoid: " + _some(item.label for item in warnings)
        if not conditions and not pressing and not warnings:
            applying = len(self.assessment.applicable())
            yield "Nothing urgent follows." if applying else "None of the articles' claims is known to apply."
        if questions := self.assessment.questions:
            first = questions[0]
            yield f"Ask next: {self._asked(first.missing)} ({len(first.settles)} claims wait for it)"

    def _understood(self) -> Iterator[Row]:
        facts = self.assessment.record.facts
        who = ", ".join(filter(None, (facts.sex, f"{facts.age} years" if facts.age is not None else "")))
        yield Row(f"As of {facts.as_of}{': ' + who if who else ''}")
        ages = {
            id(value): age_in_days(self.assessment.record, o)
            for o in current(self.assessment.record)
            for value in o.values
        }
        for item in facts.measurements:
            yield Row(measured(self.ontology, item) + self._age(ages.get(id(item))))
        for status in Status:
            named = [stated(self.ontology, fact) for fact in facts.facts if fact.status is status]
            if named:
                yield Row(f"{status.capitalize()}: {', '.join(named)}")
        if facts.complete:
            yield Row(f"Complete by the record: {', '.join(sorted(facts.complete))}")

    @staticmethod
    def _age(days: int | None) -> str:
        return "" if days is None else f" ({days} days before)" if days else " (that day)"

    # -- rows

    def _action(self, item: Action) -> Row:
        said = list(filter(None, (self._when(item), "" if item.urgency else self._how(item), self._done(item))))
        details = [
            *(f"after: {names}" for names in [", ".join(dict.fromkeys(one.label for one in item.after))] if names),
            *(f"or: {self._labels(item.alternative_to)}" for _ in item.alternative_to[:1]),
            *(f"for: {', '.join(item.purpose)}" for _ in item.purpose[:1]),
            *(dose(self.ontology, phase) for phase in item.regimen),
            *(f"unless ({one.state}): {one.text}" for one in item.exceptions),
            *(f"scope: {scope}" for scope in item.scope),
        ]
        name = item.label
        if self.ontology.concepts[item.concept].kind in NOT_ACTIONS:
            name = f"{', '.join(map(self.ontology.label, item.relations))}: {item.label}"
        return Row(f"{name}{' (' + ', '.join(said) + ')' if said else ''}", item.claims, tuple(details))

    def _labels(self, ids: Iterable[str]) -> str:
        items = self.assessment.items
        return ", ".join(items[one].label for one in ids if one in items)

    @staticmethod
    def _when(item: Action) -> str:
        return ", ".join([*filter(None, (_words(item.urgency),)), *(f"within {duration(one)}" for one in item.within)])

    @staticmethod
    def _how(item: Action) -> str:
        return " / ".join(_words(word) for word in item.modality)

    @staticmethod
    def _done(item: Action) -> str:
        return f"done on {item.done_on}" if item.done_on else "done, no date" if item.done else ""

    def _warning(self, item: Action) -> Row:
        sentences = (f"{self.ontology.claims[name].sentence} [{name}]" for name in item.claims)
        exceptions = (f"unless ({one.state}): {one.text}" for one in item.exceptions)
        return Row(item.label, (), (*sentences, *exceptions, *(f"scope: it {scope}" for scope in item.scope)))

    def _condition(self, item: Differential) -> Row:
        details = []
        if item.against:
            details.append(f"against: {', '.join(item.against)}")
        if item.unexplained:
            details.append(f"not explained by it: {', '.join(map(self.ontology.label, item.unexplained))}")
        return Row(f"{item.label} ({_words(item.strength)})", item.claims, tuple(details))

    def _counterarguments(self) -> Iterator[Row]:
        """Conditions that no claim suggests and some argue against."""
        listed = {item.concept for item in self._conditions(Basis.ENTAILED)}
        for item in self.assessment.counterarguments:
            if item.concept not in listed and item.basis is Basis.ENTAILED:
                yield Row(item.label, item.claims)

    def _conflict(self, item: Conflict) -> Row:
        sides = f"{', '.join(item.supporting)} for it, {', '.join(item.opposing)} against it"
        return Row(f"{item.label}: {sides} ({item.resolution})", (), (item.rule,))

    def _ambiguous(self) -> Iterator[Row]:
        for item in self.assessment.outcomes.of(Outcome.AMBIGUOUS):
            claim = self.ontology.claims[item.claim]
            open_facts = (f"open: {self._asked(facts)}" for facts in item.missing[:1])
            yield Row(f"{claim.sentence} ({_words(item.reason)})", (item.claim,), tuple(open_facts))

    def _questions(self) -> Iterator[Row]:
        """Questions that would settle the same claims stand in one row."""
        groups: dict[tuple[str, ...], list[str]] = {}
        for item in self.assessment.questions:
            groups.setdefault(item.settles, []).append(self._asked(item.missing))
        for settles, asked in list(groups.items())[:NEAREST]:
            yield Row(f"{' / '.join(asked[:NEAREST])}? Would settle {_some(settles, 6)}")
        if len(groups) > NEAREST:
            yield Row(f"and {len(groups) - NEAREST} further questions (all of them with --format json)")

    def _asked(self, facts: Iterable[MissingFact]) -> str:
        return " and ".join(asked(self.ontology, fact) for fact in facts)

    def _branches(self) -> Iterator[Row]:
        """Branches with the same outcome stand in one row."""
        groups: dict[tuple[str, ...], list[Branch]] = {}
        for branch in self.assessment.branches or ():
            groups.setdefault(tuple(self._outcome(branch)), []).append(branch)
        for details, alike in list(groups.items())[:BRANCHES]:
            yield Row(f"If {_some((branch.label for branch in alike), 6)}", (), details)

    def _outcome(self, branch: Branch) -> Iterator[str]:
        if branch.claims:
            yield f"then also: {_some(branch.claims, 8)}"
        if new := [one.label for name in (*TO_DO, "contraindications") for one in branch.lists[name]]:
            yield f"new: {_some(new, 6)}"
        if branch.gone:
            yield f"no longer: {_some((self.assessment.items[name].label for name in branch.gone), 6)}"

    def _claims(self) -> Iterator[Row]:
        for claim in self.assessment.applicable():
            doubts = tuple(f"doubt ({basis}): {text}" for text, basis in claim.doubts)
            yield Row(claim.sentence, (claim.id,), (source_line(claim), *doubts))

    def _small_print(self) -> tuple[str, ...]:
        found = self.assessment.outcomes
        counts = ", ".join(f"{len(found.ids(outcome))} {outcome}" for outcome in Outcome)
        return (f"Claims: {counts}. Assessment {self.assessment.id}", notice(self.assessment))


def asked(ontology: Ontology, fact: MissingFact) -> str:
    """A missing fact as one asks for it: what it is, and where that matters, when or whether."""
    if fact.list == "measurements":
        return fact.label.rpartition(": ")[2]
    name = ontology.label(fact.concept)
    words = {"history": f"history of {name}", "plans": f"{name} planned", "intents": f"{name} intended"}
    found = words.get(fact.list, name)
    if fact.status == "suspected":
        return f"suspicion of {name}"
    return f"no {found}" if fact.status == "absent" else found


def _some(names: Iterable[str], limit: int = SHOWN) -> str:
    found = list(dict.fromkeys(names))
    return ", ".join(found[:limit]) + (f" and {len(found) - limit} more" if len(found) > limit else "")


def _words(name: str) -> str:
    return name.replace("_", " ").replace("-", " ")


def duration(text: str) -> str:
    """A duration after ISO 8601 in words.

    >>> duration("P14D"), duration("P3M")
    ('14 days', '3 months')
    """
    found = re.fullmatch(r"P(\d+)([DWMY])", text)
    if found is None:
        return text
    word = UNITS[found[2]]
    return f"{found[1]} {word}{'' if found[1] == '1' else 's'}"


def dose(ontology: Ontology, phase: RegimenPhase) -> str:
    """A phase of a regimen as printed; what is not printed is said to be missing."""
    amount = f"{phase.dose} {phase.unit.replace('[iU]', 'IU')}" if phase.dose else "no dose printed"
    until = f"until {phase.until}" if phase.until else ""
    parts = (amount, phase.route, phase.frequency, phase.duration, until)
    return f"{phase.phase}: {ontology.label(phase.substance)}, {', '.join(filter(None, parts))}"


def markers(claim: Claim) -> str:
    """The markers of a claim with their states, or that there is none."""
    if not claim.markers:
        return "uncited"
    return ", ".join(f"[{item.number}] {item.state}" for item in claim.markers)


def source_line(claim: Claim) -> str:
    """Article, section, offsets and markers of a claim, on one line."""
    place = claim.passage
    return f"{place.article}, {place.section}, {place.start}-{place.end}; {markers(claim)}"


def stated(ontology: Ontology, fact: Fact) -> str:
    """A stated fact in words, with its list where that changes the meaning, and its dates."""
    days = [f"{word} {day}" for word in ("date", "started", "ended") if (day := getattr(fact, word))]
    where = [fact.list] if fact.list in ("history", "plans", "intents") else []
    extra = ", ".join([*where, *(text.removeprefix("date ") for text in days)])
    return ontology.label(fact.concept) + (f" ({extra})" if extra else "")


def measured(ontology: Ontology, item: Measurement) -> str:
    """A value as it was given, with its day, range and flag."""
    sides = [(">=", item.range.low), ("<=", item.range.high)] if item.range else []
    limits = ", ".join(f"{sign} {limit} {item.unit}" for sign, limit in sides if limit is not None)
    extra = "; ".join(filter(None, (f"range {limits}" if limits else "", f"flag {item.flag}" if item.flag else "")))
    when = f" on {item.date}" if item.date else ""
    value = f"{ontology.label(item.quantity)} {item.comparator}{item.given} {item.given_unit}{when}"
    return value + (f" [{extra}]" if extra else "")
