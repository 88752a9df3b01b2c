"""The screen that answers: ten lines that say what matters, sixty in all, no calm where something was not judged."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from functools import cache
from typing import Final

import pytest

from clinical_cases import clinical_cases
from kg.ask import ask
from kg.assess import Assessment
from kg.commands.terminal import WHOLE
from kg.errors import CaseError
from kg.ontology.compiled import DEFAULT_FOLDER
from kg.readers.case.parsing import parse_yaml
from kg.render import as_screen
from kg.render.document import document
from kg.render.lead import CALM, Lead
from kg.render.parts import Parts
from places import ROOT
from rendered import DAY, EXAMPLES, KNOWLEDGE, assessments

WIDTH, LINES, FIRST = 100, 60, 10
ALL_NORMAL: Final = DEFAULT_FOLDER / "examples" / "all-normal.yaml"
NEUTROPHILS: Final = (
    "  - {test: ANC, value: 3.2, unit: 10*9/L, reference_range: {low: 1.8, high: 7.5}, date: 2026-02-01}"
)
FEW: Final = "  - {test: ANC, value: 0.4, unit: 10*9/L, reference_range: {low: 2, high: 7}, date: 2026-02-01}"
CLASH: Final = "diagnoses: [{concept: lymphoma}, {concept: lymphoma, status: absent}]"
HEADS: Final = ["Do", "Think of", "How sure"]


@cache
def patients() -> tuple[tuple[str, Assessment], ...]:
    """Every patient of the examples and of the clinical cases that gives an assessment."""
    return (*assessments().items(), *_of_the_cases())


def _of_the_cases() -> Iterator[tuple[str, Assessment]]:
    for case in clinical_cases():
        if isinstance(case.given, str):
            found = ask(KNOWLEDGE, case.given, case.as_of).assessment
        else:
            try:
                found = KNOWLEDGE.assess(KNOWLEDGE.read_case(case.given, case.as_of))
            except CaseError:
                continue
        if found is not None:
            yield case.id, found


def leading(found: Assessment) -> list[str]:
    """The lines before the first empty one, without alerts."""
    lines = as_screen(found, WIDTH).splitlines()
    lead = lines[: lines.index("")]
    start = next(number for number, line in enumerate(lead) if line.startswith("Do "))
    return lead[start:]


def read(text: str) -> Assessment:
    found = ask(KNOWLEDGE, text, DAY).assessment
    assert found is not None
    return found


def test_there_are_patients_of_every_kind() -> None:
    assert len(patients()) > len(EXAMPLES) + 100


def test_every_answer_fits_a_screen() -> None:
    long = {name: count for name, found in patients() if (count := as_screen(found, WIDTH).count("\n")) > LINES - 2}
    assert long == {}


def test_the_first_ten_lines_say_what_to_do_what_to_think_of_and_how_sure() -> None:
    for name, found in patients():
        lead = leading(found)
        heads = [line[:FIRST].strip() for line in lead if line[:FIRST].strip()]
        assert [head for head in heads if head != "Do not"] == HEADS, name
        assert len(lead) <= FIRST, name


def test_what_not_to_do_is_there_wherever_a_warning_applies() -> None:
    warned = [(name, found) for name, found in patients() if Parts(found).avoided]
    assert len(warned) > 20
    assert [name for name, found in warned if not any(line.startswith("Do not") for line in leading(found))] == []


def test_nothing_urgent_is_never_said_while_a_value_was_not_judged_or_not_used() -> None:
    calm = [(name, found) for name, found in patients() if CALM in " ".join(as_screen(found, WIDTH).split())]
    for name, found in calm:
        assert [*found.alerts, *found.record.facts.unread, *found.issues] == [], name
        assert Lead(Parts(found)).open_urgencies() == [], name


def healthy(*added: str) -> Assessment:
    """Someone of whom everything is known and normal, but for the lines that are added behind the measurements."""
    text = ALL_NORMAL.read_text(encoding="utf-8").replace(
        "\nrecord:", "".join(f"\n{line}" for line in added) + "\nrecord:"
    )
    return KNOWLEDGE.assess(KNOWLEDGE.read_case(parse_yaml(text), DAY))


def test_nothing_urgent_follows_for_someone_of_whom_all_is_known_and_normal() -> None:
    assert as_screen(healthy(NEUTROPHILS)).startswith(f"Do        {CALM}")


@pytest.mark.parametrize(
    "added",
    [[], [NEUTROPHILS, FEW], [NEUTROPHILS, CLASH]],
    ids=["an urgent claim waits for a value", "two values of a day differ", "the record contradicts itself"],
)
def test_an_answer_is_not_calm_where(added: list[str]) -> None:
    assert CALM not in " ".join(as_screen(healthy(*added)).split())


def test_what_was_not_used_is_counted_in_how_sure() -> None:
    found = read("54-year-old woman, haemoglobin 131 g/L. Serum zorblatt 12 mg/dL.")
    said = " ".join(as_screen(found).split())
    assert f"Not used: {len(found.record.facts.unread)} part" in said
    assert CALM not in said


def test_a_value_that_nothing_judges_is_named_in_how_sure() -> None:
    unjudged = [(found, Lead(Parts(found)).unjudged()) for _, found in patients()]
    assert any(labels for _, labels in unjudged)
    for found, labels in unjudged:
        (row,) = next(one for one in document(found).lead if one.heading == "How sure").rows
        assert not labels or f"Not judged, for want of a range: {labels[0]}" in row.text


def test_the_main_job_prints_a_screen_and_its_last_line_names_the_flag_for_all() -> None:
    # Given the main job as a newcomer runs it, on a terminal of 100 columns
    recipe = subprocess.run(["make", "-n", "run"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    asked = [line for line in recipe.splitlines() if "warrant ask" in line]
    shown = [line for line in recipe.splitlines() if line in asked or line.startswith("echo")]
    terminal = {**os.environ, "COLUMNS": str(WIDTH)}
    command = ["sh", "-ec", "\n".join(shown)]
    done = subprocess.run(command, cwd=ROOT, env=terminal, capture_output=True, text=True, check=True)
    printed = done.stdout.splitlines()

    # Then it is a screen, the first lines are those of the answer, and the last names the flag
    assert len(asked) == 1
    assert len(printed) <= LINES
    assert max(map(len, printed)) <= WIDTH
    assert [head for head in ("Do ", "Do not ", *HEADS) if not any(x.startswith(head) for x in printed[:FIRST])] == []
    assert WHOLE in printed
    assert "--full" in printed[-1]
