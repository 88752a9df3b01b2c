"""Patients built for the ends of every claim, and some drawn at random, as cases with the outcomes that were reviewed.

`python tests/support/boundary_outcomes.py` writes them anew. Its difference in a commit is what the commit changes of
the answers; who changes knowledge reads it before it is committed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from fixtures import TODAY
from kg.assess.assessment import Assessment
from kg.assess.outcomes import Outcome
from kg.judges.patients import drawn, targeted
from kg.knowledge import Knowledge
from kg.readers.case.parsing import parse_json
from kg.readers.case.reader import CaseReader

FILE: Final = Path(__file__).parent.parent / "assess" / "boundary_outcomes.jsonl"


DRAWN: Final = "drawn"
COUNT: Final = 200
SEED: Final = 11


@dataclass(frozen=True)
class BoundaryOutcome:
    """A case, what it was built for, and the claims that apply to it and are excluded."""

    claim: str
    purpose: str
    case: Mapping[str, Any]
    applicable: frozenset[str]
    excluded: frozenset[str]


def known_claims() -> frozenset[str]:
    """The claims that there were when the outcomes were written: what is said of others is not asked."""
    with FILE.open(encoding="utf-8") as file:
        return frozenset(json.loads(file.readline())["claims"])


def boundary_outcomes() -> Iterator[BoundaryOutcome]:
    with FILE.open(encoding="utf-8") as file:
        next(file)
        for line in file:
            row = parse_json(line)
            applicable, excluded = (frozenset(row[name].split()) for name in ("applicable", "excluded"))
            yield BoundaryOutcome(row["claim"], row["purpose"], row["case"], applicable, excluded)


def outcomes_of(found: Assessment, claims: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:
    """The claims of a set that apply and that are excluded."""
    applicable, excluded = (frozenset(found.outcomes.ids(end)) for end in (Outcome.APPLICABLE, Outcome.EXCLUDED))
    return applicable & claims, excluded & claims


def write(knowledge: Knowledge) -> int:
    """Write all of them; how many."""
    claims = frozenset(knowledge.ontology.claims)
    reader = CaseReader(knowledge.names, TODAY)
    lines = [json.dumps({"claims": sorted(claims)})]
    rows = [(one.claim, str(one.purpose), one.patient) for one in targeted(knowledge.ontology, knowledge.engine)]
    rows += [("", DRAWN, patient) for patient in drawn(knowledge.ontology, COUNT, SEED)]
    for claim, purpose, patient in rows:
        applicable, excluded = outcomes_of(knowledge.assess(reader.read(parse_json(patient.case))), claims)
        ends = {"applicable": " ".join(sorted(applicable)), "excluded": " ".join(sorted(excluded))}
        lines.append(json.dumps({"claim": claim, "purpose": purpose, "case": json.loads(patient.case), **ends}))
    FILE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return len(lines) - 1


if __name__ == "__main__":
    print(write(Knowledge()), "patients")
