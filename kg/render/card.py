"""The first card of a page: what a clinician must see before anything else, as entries with what they rest on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from kg.assess import Action, Assessment, Differential
from kg.assess.alerts import Alert, AlertKind
from kg.assess.issues import STALE
from kg.facts.patient import NOT_PLACED
from kg.ontology.model import Claim
from kg.record.judgements import Position
from kg.record.record import text as number
from kg.render.lead import Lead
from kg.render.parts import UNRESOLVED, Parts
from kg.render.phrases import how, phrase
from kg.render.wording import counted, doses, reading, ruled_out, some, strength, unit, when

SHOWN: Final = 5


@dataclass(frozen=True)
class CardLine:
    """One line of the card: what it says, a tag beside it, the reason below it, the claims behind it.

    `id` is the conclusion that proves it, empty where it has none.
    """

    text: str
    tag: str = ""
    reason: str = ""
    id: str = ""
    claims: tuple[str, ...] = ()


@dataclass(frozen=True)
class Card:
    """The lines by their heads; `check` names what in the record contradicts itself.

    `all_*` count the lines with those that only the sections below have.
    """

    alerts: tuple[CardLine, ...]
    do: tuple[CardLine, ...]
    all_do: int
    do_not: tuple[CardLine, ...]
    all_do_not: int
    think_of: tuple[CardLine, ...]
    all_think_of: int
    how_sure: str
    calm: bool
    check: tuple[str, ...]


def card(parts: Parts) -> Card:
    """The card of an assessment."""
    made = _Maker(parts)
    do, do_not, think_of = list(made.do()), list(made.do_not()), list(made.think_of())
    return Card(
        alerts=tuple(made.alerts()),
        do=_told_once(do[:SHOWN]),
        all_do=len(do),
        do_not=_told_once(do_not[:SHOWN]),
        all_do_not=len(do_not),
        think_of=_told_once(think_of[:SHOWN]),
        all_think_of=len(think_of),
        how_sure=made.how_sure(),
        calm=made.lead.calm(),
        check=tuple(one.message for one in parts.assessment.issues if one.kind not in (STALE, NOT_PLACED)),
    )


class _Maker:
    def __init__(self, parts: Parts) -> None:
        self.parts, self.lead = parts, Lead(parts)
        self.assessment: Assessment = parts.assessment
        self.ontology = parts.ontology

    def alerts(self) -> Iterator[CardLine]:
        """Critical values in one line each, the value first; other alerts by their sentence."""
        for item in self.assessment.alerts:
            yield self._critical(item) if item.kind is AlertKind.CRITICAL_VALUE else _alert(item)

    def _critical(self, item: Alert) -> CardLine:
        record = self.assessment.record
        for value in reversed(record.facts.measurements):
            found = record.judgements.get(value)
            if value.quantity == item.concept and found and found.position.startswith("critical"):
                given = f"{self.ontology.label(item.concept)} {value.comparator}{number(value.given)}"
                side = "below" if found.position is Position.CRITICAL_LOW else "above"
                limit = f"critical {side} {number(found.limit)} {unit(found.unit)}" if found.limit is not None else ""
                return CardLine(f"{given} {unit(value.given_unit)}", limit, "", item.id)
        return _alert(item)

    def do(self) -> Iterator[CardLine]:
        """What to settle, whom to call, what is urgent and what comes before it; else the next steps; treatments."""
        parts = self.parts
        for one in parts.disputes:
            if one.resolution == UNRESOLVED:
                claims = (*one.supporting, *one.opposing)
                yield CardLine(f"First settle {some(one.labels, 2)}: the articles disagree", "conflict", "", "", claims)
        urgent = [*parts.escalations, *parts.ensured, *parts.stopped, *parts.urgent]
        offered = [item for item in parts.treatments if not parts.disputed(item)]
        steps = [item for item in (*parts.needed_first, *parts.later) if not ruled_out(item)]
        yield from map(self._action, _once((*urgent, *(() if urgent else steps), *offered, *(steps if urgent else ()))))

    def do_not(self) -> Iterator[CardLine]:
        """Warnings that hold, then precautions about what is planned, given or offered."""
        for item in _once(self.parts.avoided):
            yield self._warning(item, reading(item))
        for item in self.parts.at_stake:
            yield self._warning(item, "precaution")

    def think_of(self) -> Iterator[CardLine]:
        for item in self.parts.conditions:
            yield self._condition(item)

    def how_sure(self) -> str:
        """One line: on how much it rests, and the largest thing that is not known."""
        claims = self.assessment.applicable()
        if not claims:
            return "Nothing in the articles is known to fit this patient."
        articles = sorted({claim.article for claim in claims})
        doubted, urgent = sum(bool(one.doubts) for one in claims), len(self.lead.open_urgencies())
        states = sorted({self.ontology.articles[name].human_review for name in articles})
        resting = f"{counted(len(claims), 'claim')} of {counted(len(articles), 'article')} (review {', '.join(states)})"
        doubt = f", {doubted} of them doubted" if doubted else ""
        waiting = f"; {counted(urgent, 'urgent step')} may still follow from facts not given" if urgent else ""
        return f"Rests on {resting}{doubt}{waiting}."

    # -- lines

    def _action(self, item: Action) -> CardLine:
        tag = ", ".join(filter(None, (when(item) or how(self.ontology, item), reading(item))))
        given = doses(self.ontology, item) if item.regimen else ()
        reason = "; ".join(text.replace(f" {item.label},", "") for text in given) or self._why(item.claims)
        return CardLine(phrase(self.ontology, item), tag, reason, item.id, item.claims)

    def _warning(self, item: Action, tag: str) -> CardLine:
        return CardLine(phrase(self.ontology, item), tag, self._why(item.claims), item.id, item.claims)

    def _condition(self, item: Differential) -> CardLine:
        tag = ", ".join(filter(None, (strength(item.strength), reading(item))))
        return CardLine(item.label, tag, self._why(item.claims), item.id, item.claims)

    def _why(self, claims: Iterable[str]) -> str:
        found: list[Claim] = [self.ontology.claims[name] for name in claims]
        return found[0].sentence if found else ""


def _alert(item: Alert) -> CardLine:
    head, colon, rest = item.sentence.partition(": ")
    return CardLine(head, "", rest, item.id) if colon else CardLine(item.sentence, "", "", item.id)


def _told_once(lines: Iterable[CardLine]) -> tuple[CardLine, ...]:
    """Lines of which no two neighbours give the same reason."""
    found: list[CardLine] = []
    said = ""
    for one in lines:
        found.append(replace(one, reason="") if one.reason == said else one)
        said = one.reason
    return tuple(found)


def _once(items: Iterable[Action]) -> Iterator[Action]:
    return iter({item.id: item for item in items}.values())
