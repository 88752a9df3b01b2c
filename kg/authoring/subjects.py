"""What a claim is about: the concepts it concludes, those of its condition, and those that its wording names.

Written as `dcterms:subject`, so that a query finds a claim by any concept it touches; a concept whose absence the
condition asks for is an `absentSubject`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from kg.authoring.claim_schema import ClaimEntry
from kg.authoring.formulas import operands_of
from kg.authoring.schema import ThresholdFile
from kg.authoring.vocabulary import POSITIONS, Vocabulary
from kg.ontology.kinds import ConceptKind
from kg.ontology.manchester import And, AtLeast, Expression, Named, Not, Or, Some, Value, parse
from kg.vocabulary.mentions import Table

NO_SUBJECTS: Final = (ConceptKind.QUALIFIER, ConceptKind.CONTEXT)
TERMS: Final = (
    "purpose", "trigger", "performer", "over", "particularly", "examples", "presupposes", "mechanism", "until",
    "before", "only_after", "about",
)  # fmt: skip
WORDING: Final = ("sentence", "means", "holds_of", "purpose_text", "reason", "substance_note", "before_text")


class Subjects:
    """Finds the subjects of claims in a vocabulary and its thresholds."""

    def __init__(self, vocabulary: Vocabulary, thresholds: ThresholdFile) -> None:
        self.vocabulary = vocabulary
        self.quantities = {item.name: (item.of,) for item in thresholds.thresholds}
        self.derived: Mapping[str, tuple[str, ...]] = {item.name: operands_of(item) for item in thresholds.derived}
        forms = [form for condition in thresholds.conditions for form in condition.forms]
        self.conditions = {form.name: form.holds for form in forms}
        self.certain = {item.name: item.of for item in thresholds.possible}
        shown = {(quantity, position): name for name, (quantity, position) in vocabulary.axes.items()}
        self.shows = {item.when: shown.get((item.analyte, item.position.title())) for item in thresholds.limits}
        self.codes = {term.code: term.name for term in vocabulary.terms}
        self.names = Table(self._names())

    def _names(self) -> Iterator[tuple[str, str]]:
        for term in self.vocabulary.terms:
            if term.kind not in NO_SUBJECTS:
                for name in (term.label, term.code, *term.exact, *term.abbreviations, *term.lay):
                    yield name, term.name

    def of(self, entry: ClaimEntry, situation: Expression | None) -> tuple[str, ...]:
        """The subjects of a claim, sorted."""
        found = {target for targets in entry.concludes.values() for target in targets}
        found |= {name for field in TERMS for name in getattr(entry, field)}
        found |= {phase.substance for phase in entry.regimen} | {effect.outcome or "" for effect in entry.effects}
        found |= {name for name, absent in self._condition(situation) if not absent}
        found |= set(self.in_text(" . ".join(getattr(entry, field) for field in WORDING)))
        found |= {self.codes[word] for word in re.findall(r"\w+", entry.holds_of) if word in self.codes}
        found |= set(self.in_text(" . ".join(effect.population for effect in entry.effects)))
        return tuple(sorted(filter(self._counts, found)))

    def absent_of(self, situation: Expression | None) -> tuple[str, ...]:
        """The concepts that a condition wants absent, sorted."""
        return tuple(sorted({name for name, absent in self._condition(situation) if absent and self._counts(name)}))

    def _counts(self, name: str) -> bool:
        return name in self.vocabulary and self.vocabulary[name].kind not in NO_SUBJECTS

    def in_text(self, text: str) -> Iterator[str]:
        """The concepts that a text names without doubt."""
        for hit in self.names.find(text):
            if len(hit.meanings) == 1:
                yield hit.meanings[0]

    def _condition(self, expression: Expression | None) -> Iterator[tuple[str, bool]]:
        """The concepts and quantities of a condition, through named conditions and thresholds; is it to be absent?"""
        match expression:
            case And(parts) | Or(parts):
                for part in parts:
                    yield from self._condition(part)
            case Some(_, filler) | AtLeast(_, _, filler):
                yield from self._condition(filler)
            case Not(part):
                yield from ((name, not absent) for name, absent in self._condition(part))
            case Value(prop, name):
                yield name, prop in self.vocabulary.negations.values()
            case Named(name) if name in self.conditions:
                yield from self._condition(parse(self.conditions[name]))
            case Named(name):
                yield from ((found, False) for found in self._named(name))

    def _named(self, name: str) -> Iterable[str]:
        """The concepts behind a name of a condition."""
        name = self.certain.get(name, name)
        (quantity,) = self.quantities.get(name, (name,))
        operands = self.derived.get(quantity, (quantity,))
        bare = re.sub(f"({'|'.join(POSITIONS)})$", "", name)
        return (*operands, self.shows.get(name) or name) if bare == name or name in self.vocabulary else (bare,)
