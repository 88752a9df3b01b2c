"""States of a diagnosis: what is established, and what established things explain.

    hasFinding some X                            ⊑ hasEstablished value X
    hasFinding some X and hasFinding some F      ⊑ hasKnownExplanation value X    (a claim names X as a cause of F)

The first is written for every concept that claims suggest, argue against or want excluded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kg.authoring import nodes
from kg.authoring.claim_schema import ClaimEntry
from kg.authoring.conditions import ConditionCompiler
from kg.authoring.vocabulary import Vocabulary
from kg.ontology.manchester import And, Named, Some, Value


def write_states(conditions: ConditionCompiler, claims: Iterable[ClaimEntry], named: frozenset[str]) -> None:
    """Add the axioms to the module of conditions; `named` are the predicates of claims that name a diagnosis."""
    entries, vocabulary, module = tuple(claims), conditions.vocabulary, conditions.module
    for concept in sorted(set(_diagnoses(entries, named, vocabulary))):
        present = Some(vocabulary.kind(concept).asked_by, Named(concept))
        module.subclass(present, Value("hasEstablished", concept), nodes.source("established"))
    for entry in entries:
        for cause, findings in entry.accounts_for.items():
            for finding in findings:
                atoms = Some(vocabulary.kind(cause).asked_by, Named(cause)), Some("hasFinding", Named(finding))
                both = And(tuple(Named(conditions.part(atom)) for atom in atoms))
                module.subclass(both, Value("hasKnownExplanation", cause), nodes.claim(entry.id))


def _diagnoses(entries: Iterable[ClaimEntry], named: frozenset[str], vocabulary: Vocabulary) -> Iterator[str]:
    for entry in entries:
        targets = (name for predicate in named for name in entry.concludes.get(predicate, ()))
        yield from (name for name in (*targets, *entry.accounts_for) if vocabulary.kind(name).asked_by)
