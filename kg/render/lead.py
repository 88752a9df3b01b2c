"""The first lines of an answer: alerts, what to do, what not to do, what to think of, how sure all that is.

They name things and claims only; the summary below them gives the reasons. Without alerts they fit ten lines of 100
columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Final

from kg.assess import Action
from kg.assess.alerts import AlertKind
from kg.assess.outcomes import Outcome
from kg.facts.patient import NOT_PLACED
from kg.ontology.model import Claim
from kg.render.parts import PRESSING, UNRESOLVED, AnswerLine, Parts, Section
from kg.render.phrases import NEVER, continued, how, phrase
from kg.render.wording import (
    cited,
    counted,
    named,
    qualified,
    reading,
    ruled_out,
    some,
    strength,
    when,
    words,
)

NAMES, ROWS = 4, 4
ONE_LINE, TWO_LINES = 84, 160
ALERTS: Final = 4
CITED: Final = 2
CALM: Final = "Nothing urgent follows from what is known."


Text = Callable[[int], str]
"""A line by the number of names in it."""


class Lead:
    """The first lines of one assessment."""

    def __init__(self, parts: Parts) -> None:
        self.parts, self.ontology, self.assessment = parts, parts.ontology, parts.assessment
        self.unread = len(parts.assessment.record.facts.unread)

    def sections(self) -> tuple[Section, ...]:
        """The heads in the order they are read; those of what to do, to think of and how sure are always there."""
        heads = (
            ("Alert", self._alerts(), True),
            ("Do", self._do(), True),
            ("Do not", self._do_not(), True),
            ("Think of", self._think_of(), False),
            ("How sure", self._how_sure(), False),
        )
        found = ((heading, tuple(rows), pressing) for heading, rows, pressing in heads)
        return tuple(Section(heading, rows, pressing) for heading, rows, pressing in found if rows)

    def calm(self) -> bool:
        """Whether it may be said that nothing urgent follows.

        No alert stands, all that was given is used and judged, every claim that asks for something urgent is excluded.
        """
        return not (self.assessment.alerts or self.unread or self.assessment.issues or self.open_urgencies())

    def open_urgencies(self) -> list[str]:
        """The claims that ask for something urgent and neither apply nor are excluded, by their ids."""
        found = self.assessment.outcomes
        return [
            name
            for outcome in (Outcome.AMBIGUOUS, Outcome.UNDETERMINED)
            for name in found.ids(outcome)
            if self._urgent(self.ontology.claims[name])
        ]

    def _urgent(self, claim: Claim) -> bool:
        lists = {self.ontology.lists.get(predicate) for predicate, _ in claim.conclusions}
        return claim.field("urgency") in PRESSING or "escalations" in lists

    def unjudged(self) -> list[str]:
        """The labels of values that nothing calls low, normal or high, each once."""
        issues = (name for one in self.assessment.issues if one.kind == NOT_PLACED for name in one.concepts)
        alerts = (one.concept for one in self.assessment.alerts if one.kind is AlertKind.NOT_JUDGED and one.concept)
        return list(dict.fromkeys(self.ontology.label(name) for name in (*issues, *alerts)))

    # -- what to do

    def _alerts(self) -> Iterator[AnswerLine]:
        found = self.assessment.alerts
        yield from (AnswerLine(one.sentence) for one in found[:ALERTS])
        if len(found) > ALERTS:
            yield AnswerLine(f"and {counted(len(found) - ALERTS, 'more alert')}")

    def _do(self) -> Iterator[AnswerLine]:
        pressing = [*self._conflict(), *self._now()]
        found = [*(pressing or self._calmly()), *self._treat()][:ROWS]
        yield from (AnswerLine(_fitted(text, ONE_LINE if len(found) > 2 else TWO_LINES)) for text in found)

    def _conflict(self) -> Iterator[Text]:
        if open_ones := [one for one in self.parts.disputes if one.resolution == UNRESOLVED]:
            labels = open_ones[0].labels
            claims = cited((*open_ones[0].supporting, *open_ones[0].opposing), CITED)
            yield lambda number: f"first settle, for the articles disagree: {some(labels, number)} {claims}"

    def _now(self) -> Iterator[Text]:
        """What must not wait, then the urgent steps and what must come before them."""
        parts = self.parts
        if first := [*parts.escalations, *parts.ensured, *parts.stopped]:
            yield self._named("", first)
        for urgency, items in groupby(parts.urgent, key=lambda item: item.urgency):
            yield self._named(f"{words(urgency)}: ", list(items))
        if parts.needed_first:
            yield self._named("before that: ", parts.needed_first)

    def _treat(self) -> Iterator[Text]:
        if offered := [item for item in self.parts.treatments if not self.parts.disputed(item)]:
            yield self._named("", offered)

    def without_urgency(self) -> Iterator[AnswerLine]:
        """The rows of `_calmly`."""
        yield from (AnswerLine(_fitted(text, TWO_LINES)) for text in self._calmly())

    def _calmly(self) -> Iterator[Text]:
        """The next steps where none is urgent; that nothing urgent follows is said only where that is known."""
        if self.calm():
            yield lambda number: CALM
        if steps := [item for item in self.parts.steps if not ruled_out(item)]:
            yield self._named("next: ", steps)
        elif not self.assessment.applicable():
            yield lambda number: "None of the articles' claims is known to apply."
        elif not self.parts.treatments:
            yield lambda number: "No claim that applies asks for a step."

    def _named(self, before: str, items: list[Action]) -> Text:
        """Some actions by name, with their limits of time where `before` does not say their urgency."""
        urgency = words(items[0].urgency) if before.startswith(words(items[0].urgency) or " ") else ""
        times = [when(item).removeprefix(urgency).removeprefix(", ") for item in items]
        firmly = [how(self.ontology, item) for item in items]
        said = zip(items, times, firmly, strict=True)
        names = [qualified(self._said(one, before), time, firm) for one, time, firm in said]
        claims = cited((name for one in items for name in one.claims), CITED)
        return lambda number: f"{before}{named(names, items, number)} {claims}"

    def _said(self, item: Action, before: str) -> str:
        text = phrase(self.ontology, item)
        return continued(text) if before else text

    def _do_not(self) -> Iterator[AnswerLine]:
        parts = self.parts
        claims = cited((name for item in (*parts.avoided, *parts.at_stake) for name in item.claims), CITED)
        if claims:
            yield AnswerLine(_fitted(lambda number: f"{self._warnings(number)} {claims}", TWO_LINES))

    def _warnings(self, number: int) -> str:
        """So many warnings, to be read behind their head, and how many more."""
        parts = self.parts
        said = [qualified(phrase(self.ontology, item), reading(item)) for item in parts.avoided]
        said += [f"{phrase(self.ontology, one)} (as a precaution)" for one in parts.at_stake]
        kinds = list(dict.fromkeys(text.removeprefix(NEVER) for text in said))
        more = f" and {len(kinds) - number} more" if len(kinds) > number else ""
        return f"{'; '.join(kinds[:number])}{more}"

    # -- what to think of, and how sure

    def _think_of(self) -> Iterator[AnswerLine]:
        conditions = self.parts.conditions
        if not conditions:
            yield AnswerLine("No claim that applies names a condition.")
            return
        names = [qualified(item.label, strength(item.strength)) for item in conditions]
        claims = cited((name for item in conditions for name in item.claims), CITED)
        yield AnswerLine(_fitted(lambda number: f"{some(names, number)} {claims}", TWO_LINES))

    def _how_sure(self) -> Iterator[AnswerLine]:
        yield AnswerLine(" ".join([*self._grounds(), *self._gaps()]))

    def _grounds(self) -> Iterator[str]:
        """What the claims that apply rest on, by the articles' own account."""
        claims = self.assessment.applicable()
        if not claims:
            return
        articles = sorted({claim.article for claim in claims})
        states = sorted({self.ontology.articles[name].human_review for name in articles})
        uncited, doubted = sum(not one.markers for one in claims), sum(bool(one.doubts) for one in claims)
        resting = f"{counted(len(claims), 'claim')} of {counted(len(articles), 'article')}"
        yield (f"{resting} (human review {', '.join(states)}); {uncited} without a citation, {doubted} with a doubt.")

    def _gaps(self) -> Iterator[str]:
        """What could change the answer: claims that wait for a fact, values not judged, input not used."""
        if waiting := len(self.assessment.outcomes.ids(Outcome.UNDETERMINED)):
            yield f"{counted(waiting, 'claim')} wait{'s' if waiting == 1 else ''} for facts not given."
        if urgent := self.open_urgencies():
            yield f"Urgent steps still open: {cited(urgent, CITED)}."
        if unjudged := self.unjudged():
            yield f"Not judged, for want of a range: {some(unjudged, 2)}."
        if self.unread:
            yield f"Not used: {counted(self.unread, 'part')} of the input."


def _fitted(text: Text, room: int) -> str:
    """The text with as many names, four at most, as fit so many characters; with one where not even that fits."""
    return next((found for number in range(NAMES, 1, -1) if len(found := text(number)) <= room), text(1))
