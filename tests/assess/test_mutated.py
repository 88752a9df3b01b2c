"""Spoilt cases and texts: an answer whose every conclusion has a proof, or an error that says what is wrong.

A text is never refused: what cannot be used of it is reported with its place.

WARRANT_MUTATIONS is the number of cases and texts together: 100 unless told, 1,000 for `make verify`.
"""

from __future__ import annotations

import copy
import datetime
import os
from collections.abc import Iterator
from decimal import Decimal
from random import Random
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinical_cases import clinical_cases
from kg.assess import Assessment
from kg.assess.items import Basis
from kg.assess.outcomes import Outcome
from kg.assess.single_values import FOR_ONE_VALUE, with_one_value
from kg.errors import InputError, Problem
from kg.knowledge import Knowledge
from kg.proof.checker import Checker, Rejected
from kg.readers.case.parsing import parse_json, parse_yaml
from kg.readers.text import read_text
from kg.render import as_json, as_markdown, as_text, dumps

DAY: Final = datetime.date(2026, 2, 10)
NUMBER: Final = int(os.environ.get("WARRANT_MUTATIONS", "100"))
MUTATED: Final = settings(
    max_examples=NUMBER // 2,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
JUNK: Final[tuple[Any, ...]] = (
    None, True, -1, 0, 10**30, Decimal("1e-30"), Decimal("NaN"), "", " ", "present", "absent", "unknown", "2026-13-40",
    "0001-01-01", "9999-12-31", "9.8 g/dL", "Hb", "cancer", "\u202f", "\x00", [], [None], {},
    {"concept": None}, "💉" * 9,
)  # fmt: skip
MARKS: Final = "0123456789.,;:-–()[]<>~=%/?!\"'\n\t\u202f\u2011µμé\x00 "
PIECES: Final = (
    "no ",
    "not ",
    "family history of ",
    "? ",
    " L",
    " H",
    "99/99/2026",
    " (10-0)",
    " g/dL",
    " <",
    "mother ",
    "\n\n",
)
seeds: Final = st.integers(0, 2**32 - 1)
SEEN: Final[dict[str, int]] = {"answers": 0, "errors": 0}


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return Knowledge()


@pytest.fixture(scope="module")
def checker(knowledge: Knowledge) -> Checker:
    return Checker(knowledge.ontology.files)


def cases() -> list[dict[str, Any]]:
    found = [dict(case.given) for case in clinical_cases() if not isinstance(case.given, str)]
    folder = Knowledge().folder / "examples"
    return found + [parse_yaml(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.yaml"))]


CASES: Final = cases()
TEXTS: Final = [case.given for case in clinical_cases() if isinstance(case.given, str)]


def test_there_is_much_to_spoil() -> None:
    assert len(CASES) >= 40
    assert len(TEXTS) >= 200


# -- spoiling


def places(data: Any) -> Iterator[tuple[Any, Any]]:
    """Every container with every key or index of it, nested ones too."""
    if isinstance(data, dict | list):
        for place in list(data) if isinstance(data, dict) else range(len(data)):
            yield data, place
            yield from places(data[place])


def spoilt_case(random: Random) -> Any:
    """Half of the cases remain of the right form and say something else; in the others something is broken."""
    case, other = (copy.deepcopy(random.choice(CASES)) for _ in range(2))
    change = altered if random.random() < 0.5 else broken
    for _ in range(random.randint(1, 4)):
        if not list(places(case)):
            return case
        change(case, other, random)
    return case


def altered(case: dict[str, Any], other: dict[str, Any], random: Random) -> None:
    """An entry is dropped, denied, doubled, joined by another case's, or its value is changed."""
    name = random.choice([name for name in case if isinstance(case[name], list)] or ["findings"])
    entries = case.setdefault(name, [])
    wanted = random.randrange(4)
    if not entries or wanted == 0:
        entries += copy.deepcopy(other.get(name, []))
    elif wanted == 1:
        entries.pop(random.randrange(len(entries)))
    else:
        entry = dict(random.choice(entries))
        if "value" not in entry:
            entry["status"] = random.choice(("present", "absent", "unknown"))
        elif isinstance(entry["value"], int | Decimal):
            entry["value"] = entry["value"] * random.choice((Decimal("0.1"), Decimal("0.999"), Decimal(1), Decimal(3)))
            entry["comparator"] = random.choice(("<", "<=", "=", "~", ">=", ">"))
        entries.append(entry)


def broken(case: Any, other: Any, random: Random) -> None:
    """Something anywhere is dropped, repeated, renamed, or replaced by junk or by a piece of another case."""
    container, place = random.choice(list(places(case)))
    donor, its_place = random.choice(list(places(other)))
    match random.randrange(6):
        case 0:
            del container[place]
        case 1:
            container[place] = random.choice(JUNK)
        case 2:
            container[place] = copy.deepcopy(donor[its_place])
        case 3 if isinstance(container, list):
            container += copy.deepcopy(container)
        case 4 if isinstance(container, dict):
            container[f"{place}s"] = container.pop(place)
        case _ if isinstance(container[place], str):
            container[place] = spoilt(container[place], random)
        case _:
            container[place] = random.choice(JUNK)


def spoilt(text: str, random: Random) -> str:
    """A text with letters dropped, put in, exchanged or doubled, a piece put in, or its end cut off."""
    for _ in range(random.randint(1, 6)):
        at = random.randrange(len(text) + 1)
        match random.randrange(6):
            case 0:
                text = text[:at] + text[at + 1 :]
            case 1:
                text = text[:at] + random.choice(MARKS) + text[at:]
            case 2:
                text = text[:at] + text[at + 1 : at + 2] + text[at : at + 1] + text[at + 2 :]
            case 3:
                text = text[:at] + random.choice(PIECES) + text[at:]
            case 4:
                text = text[:at] + text[max(0, at - 12) :]
            case _:
                text = text[: max(at, 1)]
    return text


def spoilt_text(random: Random) -> str:
    """A spoilt text, now and then run together with another one."""
    text = random.choice(TEXTS)
    if random.random() < 0.3:
        text = text[: random.randrange(len(text) + 1)] + random.choice((" ", "", "\n")) + random.choice(TEXTS)
    return spoilt(text, random)


# -- what must hold


def every_conclusion_is_proved(found: Assessment, checker: Checker) -> None:
    """Each entry, each claim that applies or is excluded: a proof that the independent checker accepts.

    Only what follows from one of several values of a day has none, and is never more than ambiguous.
    """
    explainer = found.explainer
    assert explainer is not None
    decided = [*found.outcomes.ids(Outcome.APPLICABLE), *found.outcomes.ids(Outcome.EXCLUDED)]
    of_one_value = {name for name, item in found.items.items() if item.conclusion.predicate == FOR_ONE_VALUE}
    assert all(found.items[name].basis is Basis.AMBIGUOUS for name in of_one_value)
    assert not of_one_value or any(with_one_value(found.record.facts))
    for name in (*(name for name in found.items if name not in of_one_value), *decided):
        conclusion = found.conclusion(name)
        assert conclusion is not None, name
        checker.check(explainer.proof(conclusion).to_json())


def answer_or_problems(knowledge: Knowledge, case: Any) -> Assessment | tuple[Problem, ...]:
    try:
        return knowledge.assess_case(case, DAY)
    except InputError as error:
        return error.problems


def it_can_be_shown(found: Assessment) -> None:
    assert parse_json(dumps(as_json(found)))["id"] == found.id
    assert as_text(found).endswith("\n")
    assert as_markdown(found).startswith("# Assessment")


@MUTATED
@given(seeds)
def test_a_spoilt_case_gets_an_answer_with_proofs_or_a_clear_error(
    knowledge: Knowledge, checker: Checker, seed: int
) -> None:
    case = spoilt_case(Random(seed))
    found = answer_or_problems(knowledge, case)
    if isinstance(found, Assessment):
        SEEN["answers"] += 1
        every_conclusion_is_proved(found, checker)
        it_can_be_shown(found)
    else:
        SEEN["errors"] += 1
        assert found
        assert all(problem.where and problem.message for problem in found)


@MUTATED
@given(seeds)
def test_a_spoilt_text_is_read_and_every_conclusion_of_it_has_a_proof(
    knowledge: Knowledge, checker: Checker, seed: int
) -> None:
    text = spoilt_text(Random(seed))
    reading = read_text(text, knowledge.names, DAY)
    for unread in reading.not_understood:
        assert text[unread.start : unread.end] == unread.text
    found = knowledge.assess(reading.facts)
    every_conclusion_is_proved(found, checker)
    it_can_be_shown(found)


def test_the_spoilt_cases_were_some_answered_and_some_refused() -> None:
    assert min(SEEN.values()) >= NUMBER // 10


def test_the_checker_would_have_noticed(knowledge: Knowledge, checker: Checker) -> None:
    found = knowledge.assess_case({"findings": [{"concept": "blasts"}]}, DAY)
    conclusion = found.conclusion("A1-68")
    assert conclusion is not None
    assert found.explainer is not None
    proof = found.explainer.proof(conclusion).to_json()
    proof["steps"][-1]["conclusion"] = [*proof["steps"][-1]["conclusion"][:2], "claim/A1-69"]
    with pytest.raises(Rejected):
        checker.check(proof)
