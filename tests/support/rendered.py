"""The example patients, assessed: what the tests of the renderings share."""

from __future__ import annotations

import datetime
from typing import Final

import pytest

from kg.assess import Assessment
from kg.knowledge import Knowledge
from kg.ontology.compiled import DEFAULT_FOLDER
from kg.readers.case.parsing import parse_yaml
from kg.record.examples import paths

DAY: Final = datetime.date(2026, 2, 10)
KNOWLEDGE: Final = Knowledge()
EXAMPLES: Final = paths(DEFAULT_FOLDER)
INDEX_CASE: Final = DEFAULT_FOLDER / "examples" / "a1-pancytopenia-with-low-iron-and-high-b12.yaml"


def assessments() -> dict[str, Assessment]:
    """Every example by its name, with branches."""
    cases = {path.stem: parse_yaml(path.read_text(encoding="utf-8")) for path in EXAMPLES}
    facts = {name: KNOWLEDGE.read_case(case, DAY) for name, case in cases.items()}
    return {name: KNOWLEDGE.assess(found, with_branches=True) for name, found in facts.items()}


def by_name() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("name", [path.stem for path in EXAMPLES])
