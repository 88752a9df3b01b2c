"""An assessment as a document in the order a clinician acts: the common ground of the text and the Markdown.

Nothing is said here that is not a claim's sentence, a label of the ontology or a fact of the record; what rests on a
claim ends in its id.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from kg.assess import FICTIONAL, Action, Assessment, Basis, Branch, Differential
from kg.assess.issues import age_in_days, current
from kg.assess.outcomes import Outcome
from kg.facts.patient import Status
from kg.ontology.compiled import Ontology
from kg.ontology.layers import is_fictional
from kg.render.data import notice
from kg.render.evidence import claims_that_apply, doubts, sources
from kg.render.lead import Lead
from kg.render.parts import AnswerDocument, AnswerLine, Dispute, Parts, Section
from kg.render.phrases import how, phrase
from kg.render.summary import Summary, grouped, question
from kg.render.wording import (
    age,
    cited,
    counted,
    done,
    dose,
    doses,
    exception,
    measured,
    needed,
    qualified,
    ranges,
    reading,
    some,
    source_line,
    stated,
    strength,
    when,
)

QUESTIONS, BRANCHES, ALIKE = 8, 8, 6
SHOWN, RESULTS = 3, 3
UNDERSTOOD: Final = "Understood"
ASK_NEXT: Final = "Ask or test next"
OPEN: Final = {
    "reading": "Holds in one reading of the text",
    "grey_zone": "A value lies in a grey zone",
    "comparator": "A value is known only within bounds",
}
BASIS: Final = {Basis.PRECAUTIONARY: "as a precaution", Basis.AMBIGUOUS: "wider reading"}

__all__ = ["AnswerDocument", "AnswerLine", "Section", "document", "source_line"]


def document(assessment: Assessment, command: str = "") -> AnswerDocument:
    """The whole answer. `command`, before an id, explains a conclusion."""
    parts = Parts(assessment)
    summary = Summary(parts, command)
    sections = _DocumentBuilder(parts, summary).sections()
    return AnswerDocument(
        headline=summary.headline(),
        lead=(*fictional(assessment.ontology), *Lead(parts).sections()),
        summary=tuple(summary.sections()),
        sections=tuple(one for one in sections if one.rows),
        small_print=_small_print(assessment),
    )


def fictional(ontology: Ontology) -> tuple[Section, ...]:
    """What an answer begins with where fictional texts are loaded."""
    first, _, rest = FICTIONAL.partition(": ")
    return (Section(first, (AnswerLine(rest),), pressing=True),) if is_fictional(ontology) else ()


def _small_print(assessment: Assessment) -> tuple[str, ...]:
    found = assessment.outcomes
    counts = ", ".join(f"{len(found.ids(outcome))} {outcome}" for outcome in Outcome)
    return (f"Claims: {counts}. Assessment {assessment.id}", notice(assessment))


class _DocumentBuilder:
    def __init__(self, parts: Parts, summary: Summary) -> None:
        self.parts, self.summary = parts, summary
        self.assessment, self.ontology = parts.assessment, parts.ontology

    def sections(self) -> Iterator[Section]:
        parts = self.parts
        now = [*parts.escalations, *parts.ensured, *parts.stopped, *parts.pressing]
        yield Section(UNDERSTOOD, tuple(self._understood()))
        if len(self.assessment.issues) > 1:
            yield Section(
                "Data issues", tuple(AnswerLine(issue.message) for issue in self.assessment.issues), pressing=True
            )
        yield Section("Act now", tuple(self._actions(now)), pressing=True)
        yield Section("Next steps, in order", tuple(self._actions(parts.later)))
        yield Section("Treatment", tuple(map(self._quoted, parts.offered)))
        yield Section("Monitoring", tuple(map(self._quoted, parts.monitored)))
        yield Section("Avoid", tuple(map(self._warning, parts.avoided)), pressing=True)
        yield Section("Avoid as a precaution", tuple(map(self._precaution, parts.precautions)))
        yield Section("Pitfalls of interpretation", tuple(map(self._warning, parts.interpreting)))
        yield Section("Differential", tuple(map(self._condition, parts.open_conditions)))
        yield Section("Already known", tuple(map(self._condition, parts.known)))
        yield Section("Ruled out by the record", tuple(map(self._condition, parts.ruled_out)))
        yield Section("Less likely", tuple(AnswerLine(label, claims) for label, claims in parts.less_likely))
        yield Section("Claims in conflict", tuple(map(self._dispute, parts.disputes)))
        yield Section("Depends on how it is read", tuple(self._open()))
        yield Section(ASK_NEXT, tuple(self._questions()))
        yield Section("If it is confirmed", tuple(self._branches()))
        yield from claims_that_apply(self.assessment)
        yield Section("Doubts", tuple(doubts(self.assessment)))
        yield Section("Sources", tuple(sources(self.assessment)))

    # -- the patient

    def _understood(self) -> Iterator[AnswerLine]:
        record = self.assessment.record
        facts = record.facts
        if not facts.measurements and not facts.complete:
            return
        who = ", ".join(filter(None, (facts.sex, f"{facts.age} years" if facts.age is not None else "")))
        yield AnswerLine(f"As of {facts.as_of}{': ' + who if who else ''}")
        ages = {id(value): age_in_days(record, item) for item in current(record) for value in item.values}
        for value in facts.measurements:
            old = f"; {age(ages[id(value)])}" if ages.get(id(value)) is not None else ""
            yield AnswerLine(measured(self.ontology, value) + old)
        for status in Status:
            named = [stated(self.ontology, fact) for fact in facts.facts if fact.status is status]
            if named:
                yield AnswerLine(f"{status.capitalize()}: {', '.join(named)}")
        if facts.complete:
            yield AnswerLine(f"Complete by the record: {', '.join(sorted(facts.complete))}")

    # -- what to do and what to avoid

    def _actions(self, items: Iterable[Action]) -> Iterator[AnswerLine]:
        """Steps with their numbers; what a scope limits is said once for all of them."""
        scopes: dict[str, list[str]] = {}
        for item in items:
            yield self._action(item)
            for scope in item.scope:
                scopes.setdefault(scope, []).extend(self._scoped(item))
        for scope, claims in scopes.items():
            yield AnswerLine(f"Scope: {scope}", tuple(sorted(set(claims))))

    def _scoped(self, item: Action) -> list[str]:
        return [name for name in item.claims if self.ontology.claims[name].fields.get("scope")]

    def _action(self, item: Action) -> AnswerLine:
        firm = "" if item.urgency else how(self.ontology, item)
        text = qualified(phrase(self.ontology, item), when(item), firm, done(item), reading(item))
        numbers = self.parts.numbers
        before = [numbers[one.id] for one in item.after if one.id in numbers]
        findings = [one.label for one in item.after if one.id not in numbers]
        details = [
            f"after {', '.join(filter(None, (ranges(before), *findings)))}" if item.after else "",
            f"or {', '.join(str(numbers[one]) for one in item.alternative_to)}" if item.alternative_to else "",
            f"for: {', '.join(item.purpose)}" if item.purpose else "",
        ]
        joined = "; ".join(filter(None, details))
        return AnswerLine(
            text, item.claims, (*((joined,) if joined else ()), *self._results(item)), numbers.get(item.id, 0), item.id
        )

    def _results(self, item: Action) -> Iterator[str]:
        """What follows under each result of a step, the doses with it."""
        found = self.assessment.result_readings.get(item.id, ())
        for one in found[:RESULTS]:
            claim = self.ontology.claims[one.claim]
            given = "; ".join(["", *(dose(self.ontology, phase) for phase in claim.regimen)])
            yield f"if {needed(self.ontology, one.facts)}: {claim.sentence.rstrip('.')}{given} [{claim.id}]"
        if (more := len(found) - RESULTS) > 0:
            yield f"and {counted(more, 'more reading')} of its result in the JSON"

    def _quoted(self, item: Action) -> AnswerLine:
        """A treatment or a control with its doses as printed and the sentences of its claims."""
        course = f"course {item.course}" if item.course else ""
        firm = how(self.ontology, item)
        text = qualified(phrase(self.ontology, item), when(item), firm, done(item), course, reading(item))
        ended = (f"ends what {', '.join(item.supersedes)} offered",) if item.supersedes else ()
        return AnswerLine(text, (), (*ended, *doses(self.ontology, item), *self._sentences(item)), id=item.id)

    def _sentences(self, item: Action) -> Iterator[str]:
        return (f"{self.ontology.claims[name].sentence} [{name}]" for name in item.claims)

    def _warning(self, item: Action) -> AnswerLine:
        scopes = (f"scope: {scope}" for scope in item.scope)
        details = (*self._sentences(item), *self._exceptions(item), *scopes)
        return AnswerLine(qualified(phrase(self.ontology, item), reading(item)), (), details, id=item.id)

    def _precaution(self, item: Action) -> AnswerLine:
        if self.assessment.at_stake.isdisjoint(item.claims):
            return AnswerLine(f"{phrase(self.ontology, item)} (neither planned nor given)", item.claims, id=item.id)
        return AnswerLine(
            phrase(self.ontology, item), (), (*self._sentences(item), *self._exceptions(item)), id=item.id
        )

    @staticmethod
    def _exceptions(item: Action) -> Iterator[str]:
        return (f"unless: {exception(one)} ({one.state})" for one in item.exceptions)

    # -- what to think of

    def _condition(self, item: Differential) -> AnswerLine:
        details = []
        if item.harm_if_missed:
            details.append(f"if missed: {item.harm_if_missed.text.rstrip('.')} ({item.harm_if_missed.source})")
        if item.explains:
            details.append(f"explains: {', '.join(map(self.ontology.label, item.explains))}")
        if item.against:
            details.append(f"against: {', '.join(item.against)}")
        if item.unexplained:
            details.append(f"not explained by it: {', '.join(map(self.ontology.label, item.unexplained))}")
        details.append(f"stands here by {item.rank_reason.removeprefix('order by ')}")
        text = qualified(item.label, strength(item.strength), reading(item))
        return AnswerLine(text, item.claims, ("; ".join(details),), id=item.id)

    def _dispute(self, item: Dispute) -> AnswerLine:
        sides = [*((name, "for") for name in item.supporting), *((name, "against") for name in item.opposing)]
        sentences = (f"{side}: {self.ontology.claims[name].sentence} [{name}]" for name, side in sides)
        return AnswerLine(f"{', '.join(item.labels)} ({item.resolution})", (), (*sentences, item.rule))

    def _open(self) -> Iterator[AnswerLine]:
        """Claims that hold or not, by how the text or a value is read, those that wait for the same together."""
        groups: dict[str, list[str]] = {}
        for item in self.assessment.outcomes.of(Outcome.AMBIGUOUS):
            wanted = [f"; in every one with {needed(self.ontology, facts)}" for facts in item.missing[:1]]
            sentence = f"{self.ontology.claims[item.claim].sentence} [{item.claim}]"
            groups.setdefault("".join([OPEN[item.reason], *wanted]), []).append(sentence)
        for ground, sentences in groups.items():
            yield AnswerLine(ground, (), tuple(sentences))

    # -- what to ask, and what would follow

    def _questions(self) -> Iterator[AnswerLine]:
        groups = grouped(self.assessment.questions)
        for settles, items in list(groups.items())[:QUESTIONS]:
            yield AnswerLine(f"{question(items, self.assessment)} {self.summary.decides(settles)}{cited(settles, 6)}")
        if (tried := self.assessment.asking) and tried.done:
            yield AnswerLine(f"No answer would change what to do now ({counted(tried.tried, 'answer')} tried)")
        if len(groups) > QUESTIONS:
            yield AnswerLine(f"{counted(len(groups) - QUESTIONS, 'further question')} in the JSON")

    def _branches(self) -> Iterator[AnswerLine]:
        """Branches with the same outcome stand in one row."""
        groups: dict[tuple[str, ...], list[str]] = {}
        for branch in self.assessment.branches or ():
            groups.setdefault(tuple(self._outcome(branch)), []).append(branch.label)
        for details, labels in list(groups.items())[:BRANCHES]:
            yield AnswerLine(some(labels, ALIKE), (), details)

    def _outcome(self, branch: Branch) -> Iterator[str]:
        for name in branch.claims[:SHOWN]:
            yield f"{self.ontology.claims[name].sentence} [{name}]"
        if more := branch.claims[SHOWN:]:
            yield f"and {cited(more, ALIKE)}"
        new = [one for items in branch.lists.values() for one in items if not set(one.claims) & set(branch.claims)]
        if new:
            yield f"new: {some((self._new(one) for one in new), ALIKE)}"
        if branch.gone:
            items = (self.assessment.items[name] for name in branch.gone)
            named = (phrase(self.ontology, one) if isinstance(one, Action) else one.label for one in items)
            yield f"falls away: {some(named, ALIKE)}"

    def _new(self, item: Action) -> str:
        said = phrase(self.ontology, item)
        return said if item.basis is Basis.ENTAILED else f"{said} ({BASIS[item.basis]})"
