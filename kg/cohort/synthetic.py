"""A made-up hospital: patients as a table with a column a fact, the same for the same seed.

Values lie around the limits of their quantities, so that every side of them is met. About one patient in twenty has a
statement that is present and absent at once, in the words of two lists.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from kg.cohort.atoms import limits_of
from kg.ontology.compiled import Ontology
from kg.ontology.kinds import ConceptKind

VALUES: Final = 16
STATED: Final = 24
KNOWN: Final = 0.4
SAID: Final = 0.06
CONTRADICTED: Final = 0.05
LISTS: Final = {ConceptKind.FINDING: "findings", ConceptKind.CONDITION: "diagnoses"}


def synthetic(ontology: Ontology, count: int, seed: int) -> pa.Table:
    """So many patients: `key`, `sex`, `age`, quantities with the most limits, and concepts that claims speak of."""
    random = np.random.default_rng(seed)
    columns: dict[str, pa.Array] = {"key": pa.array(np.arange(count).astype(str))}
    columns["sex"] = pa.array(random.choice(np.array(["female", "male"]), count))
    columns["age"] = pa.array(random.integers(0, 100, count).astype(float))
    for quantity in _quantities(ontology):
        limits = limits_of(ontology, quantity) or ()
        ends = [float(one) for one in limits if one > 0]
        values = np.round(random.choice(np.array(ends), count) * random.uniform(0.8, 1.25, count), 2)
        values[random.random(count) > KNOWN] = np.nan
        columns[f"{ontology.codes[quantity]} [{ontology.quantities[quantity].unit}]"] = pa.array(
            values, from_pandas=True
        )
    stated = _concepts(ontology)
    for concept, group in stated:
        said = np.where(random.random(count) < SAID, random.choice(np.array(["present", "absent"]), count), "")
        columns[f"{group}: {ontology.codes[concept]}"] = pa.array(said)
    return pa.table(_contradicted(columns, ontology, stated, random.random(count) < CONTRADICTED))


def _contradicted(
    columns: dict[str, pa.Array], ontology: Ontology, stated: list[tuple[str, str]], some: NDArray[np.bool_]
) -> dict[str, pa.Array]:
    """The same columns with a broader concept absent and a narrower one present in some patients."""
    names = {concept: f"{group}: {ontology.codes[concept]}" for concept, group in stated}
    pairs = [(a, b) for a in names for b in names if a != b and a in ontology.ancestors(b)]
    for concept, word in zip(pairs[0] if pairs else (), ("absent", "present"), strict=False):
        cells = columns[names[concept]].to_numpy(zero_copy_only=False)
        columns[names[concept]] = pa.array(np.where(some, word, cells))
    return columns


def _quantities(ontology: Ontology) -> list[str]:
    ranked = sorted(ontology.quantities, key=lambda name: (-len(limits_of(ontology, name) or ()), name))
    return [name for name in ranked if any(one > 0 for one in limits_of(ontology, name) or ())][:VALUES]


def _concepts(ontology: Ontology) -> list[tuple[str, str]]:
    """Concepts that conditions of claims speak of, those of the most conditions first, each with its list."""
    words = " ".join(
        ontology.atom(name) for name in ontology.formulas for name in ontology.formulas[name].parts
    ).split()
    asked = sorted(
        (name for name, concept in ontology.concepts.items() if concept.kind in LISTS and name in set(words)),
        key=lambda name: (-words.count(name), name),
    )
    return [(name, LISTS[ontology.concepts[name].kind]) for name in asked[:STATED]]
