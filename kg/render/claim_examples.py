"""Where the claims fire: their outcomes in the example patients that come with the ontology."""

from __future__ import annotations

from collections.abc import Mapping

from kg.assess.outcomes import Outcome
from kg.cache.derived import derived
from kg.knowledge import Knowledge
from kg.readers.case.parsing import parse_yaml
from kg.record.examples import NO_TODAY, paths

Firing = Mapping[Outcome, tuple[str, ...]]


@derived
def firings(knowledge: Knowledge) -> Mapping[str, Firing]:
    """Claim → outcome → the names of the examples in which it has that outcome, both in order."""
    found: dict[str, dict[Outcome, list[str]]] = {
        claim.id: {outcome: [] for outcome in Outcome} for claim in knowledge.ontology.claims.values()
    }
    for path in paths(knowledge.folder):
        case = parse_yaml(path.read_text(encoding="utf-8"))
        for name, outcome in knowledge.assess_case(case, NO_TODAY).outcomes.by_claim.items():
            found[name][outcome.outcome].append(path.stem)
    return {name: {one: tuple(names) for one, names in table.items()} for name, table in found.items()}
