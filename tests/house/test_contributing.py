"""CONTRIBUTING.md: every path in it exists, and each case says which test to write."""

from __future__ import annotations

import re
from typing import Final

import pytest

from places import ROOT

PAGE: Final = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
CASES: Final = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))
TOPS: Final = ("ontology", "kg", "api", "queries", "tests", "docs", "bench", "requirements", "CHANGELOG.md")


def paths(text: str) -> list[str]:
    """What stands in backquotes or in a link and begins like a path of this repository."""
    found = [*re.findall(r"`([^`\s]+)`", text), *re.findall(r"\]\(([^)#\s]+)", text)]
    return [path for path in found if path.split("/")[0] in TOPS]


def test_the_page_has_the_cases_that_contributors_ask_for() -> None:
    assert len(CASES) >= 10
    for wanted in ("not read", "inference rule", "route", "article", "outside format", "question"):
        assert any(wanted in title for title in CASES), wanted


def test_every_path_exists() -> None:
    named = paths(PAGE)
    assert len(named) > 50
    assert [path for path in named if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("title", [title for title in CASES if title != "What is checked"])
def test_a_case_names_its_files_in_order_and_the_test_to_write(title: str) -> None:
    steps = re.findall(r"(?:^|\. )(\d)\. ", CASES[title], re.MULTILINE)
    assert steps == [str(number) for number in range(1, len(steps) + 1)]
    assert len(steps) >= 2
    assert any(path.startswith("tests/") for path in paths(CASES[title]))


def test_it_is_one_page() -> None:
    assert len(PAGE.splitlines()) <= 90
