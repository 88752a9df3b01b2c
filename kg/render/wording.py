"""How facts, conditions, actions and sources are put into words. The words of medicine are the ontology's labels."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from kg.assess import Action, Assessment, Basis, ExceptionTo, Item
from kg.assess.missing import MissingFact
from kg.facts.patient import Fact, Measurement, Status
from kg.ontology.compiled import Ontology
from kg.ontology.kinds import ConceptKind
from kg.ontology.model import Claim, RegimenPhase
from kg.record.record import text as number

UNITS: Final = {"D": "day", "W": "week", "M": "month", "Y": "year"}
LISTS: Final = {"history": "history", "plans": "planned", "intents": "intended"}
STRENGTHS: Final[Mapping[str, str]] = {
    "most_likely": "most likely",
    "strongly_suggests": "strongly suggested",
    "strongly_favors": "strongly favoured",
    "typically": "typical",
    "suggests": "suggested",
    "may": "may be",
    "can": "can be",
    "consider": "to be considered",
}
ENSURING: Final = ("forbidsDelayOf", "forbidsWithholding")
INTERPRETING: Final = ("forbidsAssuming", "forbidsConfusing", "forbidsReassuranceBy", "forbidsSoleRelianceOn")
WIDER: Final = "in one reading"


def when(item: Action) -> str:
    """Urgency and limits of time as printed, all of them."""
    return ", ".join([*filter(None, (words(item.urgency),)), *(f"within {duration(one)}" for one in item.within)])


def reading(item: Item) -> str:
    """A mark on what follows in one reading of the text and not in every one."""
    return WIDER if item.basis is Basis.AMBIGUOUS else ""


def named(texts: Iterable[str], items: Sequence[Item], limit: int) -> str:
    """The first few of some entries, each marked if it is of a wider reading; one mark where all of them are."""
    if items and all(map(reading, items)):
        return f"{some(texts, limit)} ({WIDER})"
    return some((qualified(text, reading(item)) for text, item in zip(texts, items, strict=True)), limit)


def ruled_out(item: Action) -> bool:
    """Whether a condition to exclude is absent by the record."""
    return item.done and "excludes" in item.relations


def done(item: Action) -> str:
    """Whether the record has it, and when."""
    if ruled_out(item):
        return "absent by the record"
    return f"done on {item.done_on}" if item.done_on else "done, no date" if item.done else ""


def qualified(text: str, *parts: str) -> str:
    """Text with what is not empty of the rest in brackets."""
    extra = ", ".join(filter(None, parts))
    return f"{text} ({extra})" if extra else text


def strength(word: str) -> str:
    """The printed strength of a suggestion, inflected."""
    return STRENGTHS.get(word, words(word))


def exception(item: ExceptionTo) -> str:
    """What makes an exception to a warning."""
    ground = item.text.removeprefix("Patient ").replace(": ", " ", 1) if item.text.startswith("Patient ") else item.text
    return ground.rstrip(".")


def asked(fact: MissingFact, assessment: Assessment) -> str:
    """A missing fact as one asks for it; a quantity that has a value is asked for again, or is pending."""
    if fact.list == "measurements":
        record = assessment.record
        if any(one.concept == fact.concept and one.status is Status.PENDING for one in record.facts.facts):
            return f"{fact.label} (pending)"
        return f"{fact.label} again" if any(one.quantity == fact.concept for one in record.occasions) else fact.label
    if fact.status == "suspected":
        return f"suspicion of {fact.label}"
    forms = {"history": f"history of {fact.label}", "plans": f"{fact.label} planned"}
    return {**forms, "intents": f"{fact.label} intended"}.get(fact.list, fact.label)


def needed(ontology: Ontology, facts: Iterable[MissingFact]) -> str:
    """Facts that are missing together, each once, with the status that would decide."""
    return " and ".join(dict.fromkeys(_needed(ontology, fact) for fact in facts))


def _needed(ontology: Ontology, fact: MissingFact) -> str:
    if not fact.concept:
        return fact.label.rpartition("as: ")[2].rpartition("gives: ")[2]
    label = ontology.label(fact.concept)
    if fact.list == "measurements":
        return fact.label.rpartition("value is: ")[2].rpartition("gives: ")[2].rpartition("values: ")[2]
    if fact.status in ("absent", "suspected"):
        return f"{fact.status.replace('suspected', 'suspicion of')} {label}".replace("absent", "no", 1)
    return f"history of {label}" if fact.list == "history" else label


def some(names: Iterable[str], limit: int = 3) -> str:
    """The first few of some names, and how many more there are."""
    found = list(dict.fromkeys(names))
    return ", ".join(found[:limit]) + (f" and {len(found) - limit} more" if len(found) > limit else "")


def words(name: str) -> str:
    """A name of the schema as words."""
    return name.replace("_", " ").replace("-", " ")


def duration(text: str) -> str:
    """A duration after ISO 8601 in words.

    >>> duration("P14D"), duration("P3M")
    ('14 days', '3 months')
    """
    found = re.fullmatch(r"P(\d+)([DWMY])", text)
    return text if found is None else counted(int(found[1]), UNITS[found[2]])


def counted(number: int, word: str) -> str:
    """A number with its word, in the plural where it is not one.

    >>> counted(1, "day"), counted(4, "day")
    ('1 day', '4 days')
    """
    return f"{number} {word}{'' if number == 1 else 's'}"


def unit(code: str) -> str:
    """A unit of UCUM as it is printed.

    >>> unit("10*9/L"), unit("[iU]/kg"), unit("ug/L")
    ('10⁹/L', 'IU/kg', 'µg/L')
    """
    text = code.replace("10*9", "10⁹").replace("10*3", "10³").replace("[iU]", "IU").replace("[U]", "U")
    return re.sub(r"^u(?=g|mol|kat)|(?<=/)u(?=L|g)", "µ", text)


def dose(ontology: Ontology, phase: RegimenPhase) -> str:
    """A phase of a regimen as printed; what is not printed is said to be missing."""
    amount = f"{phase.dose} {unit(phase.unit)}" if phase.dose else "no dose printed"
    until = f"until {phase.until}" if phase.until else ""
    lasting = "no end printed" if phase.duration == "not stated" else phase.duration
    parts = (amount, phase.route, phase.frequency, lasting, until)
    return f"{phase.phase}: {ontology.label(phase.substance)}, {', '.join(filter(None, parts))}"


def doses(ontology: Ontology, item: Action) -> list[str]:
    """The phases of a treatment; of a drug without one, that none is printed."""
    if (
        not item.regimen
        and ontology.concepts[item.concept].kind is ConceptKind.DRUG
        and not ontology.hierarchy.narrower[item.concept]
    ):
        return ["no dose printed"]
    return [dose(ontology, phase) for phase in item.regimen]


def markers(claim: Claim) -> str:
    """The markers of a claim by state, or that there is none."""
    states: dict[str, list[str]] = {}
    for item in claim.markers:
        states.setdefault(words(item.state), []).append(f"[{item.number}]")
    return ", ".join(f"{' '.join(numbers)} {state}" for state, numbers in states.items()) or "uncited"


def source_line(claim: Claim) -> str:
    """Article, section, offsets and markers of a claim, on one line."""
    place = claim.passage
    return f"{place.article}, {place.section}, {place.start}-{place.end}; {markers(claim)}"


def stated(ontology: Ontology, fact: Fact) -> str:
    """A stated fact in words, with its list where that changes the meaning, and its dates."""
    days = [f"{word} {day}" for word in ("date", "started", "ended") if (day := getattr(fact, word))]
    shown = [text.removeprefix("date ") for text in days]
    return qualified(ontology.label(fact.concept), LISTS.get(fact.list, ""), *shown)


def valued(ontology: Ontology, item: Measurement) -> str:
    """A value as it was given."""
    return f"{ontology.label(item.quantity)} {item.comparator}{item.given} {unit(item.given_unit)}"


def measured(ontology: Ontology, item: Measurement) -> str:
    """A value as it was given, with its day, range and flag."""
    low, high = (item.range.low, item.range.high) if item.range else (None, None)
    between = f"{number(low)}-{number(high)}" if low is not None and high is not None else ""
    one_sided = "".join(f"{sign} {number(one)}" for sign, one in ((">=", low), ("<=", high)) if one is not None)
    limits = between or one_sided
    extra = filter(None, (f"range {limits} {unit(item.unit)}" if limits else "", f"flag {item.flag}" * bool(item.flag)))
    day = f" on {item.date}" if item.date else ", no date"
    return f"{valued(ontology, item)}{day}" + "".join(f"; {text}" for text in extra)


def age(days: int | None) -> str:
    """How old a value is on the day of the record."""
    return "" if days is None else f"{counted(days, 'day')} old" if days else "same day"


def cited(claims: Iterable[str], limit: int = 3) -> str:
    """Claims in brackets, the first few of them and how many more there are.

    >>> cited(["A0-01", "A0-02", "A0-03"], 2)
    '[A0-01, A0-02 +1]'
    """
    found = list(dict.fromkeys(claims))
    more = f" +{len(found) - limit}" if len(found) > limit else ""
    return f"[{', '.join(found[:limit])}{more}]" if found else ""


def ranges(numbers: Iterable[int]) -> str:
    """Numbers in order, neighbours joined.

    >>> ranges([3, 1, 2, 7])
    '1-3, 7'
    """
    runs: list[list[int]] = []
    for one in sorted(set(numbers)):
        if runs and runs[-1][-1] == one - 1:
            runs[-1].append(one)
        else:
            runs.append([one])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)
