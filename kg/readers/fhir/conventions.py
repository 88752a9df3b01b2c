"""What the ontology's `fhir.yaml` says: answers, flags and statuses of FHIR in terms of a case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import yaml

from kg.cache.derived import derived
from kg.errors import OntologyError
from kg.ontology.compiled import Ontology
from kg.vocabulary.names import fold

FILE: Final = "fhir.yaml"


@dataclass(frozen=True)
class Conventions:
    """Tables of `fhir.yaml`; words are folded, `answers` are by word or code."""

    answers: Mapping[str, str]
    interpretations: Mapping[str, str]
    past: tuple[str, ...]
    family: tuple[str, ...]
    conditions: Mapping[str, str]
    treatments: Mapping[str, str]
    retracted: frozenset[str]
    blood: frozenset[str]

    def without_title(self, text: str) -> tuple[str, str]:
        """A name without a title such as "history of", and which title it had: `past`, `family` or nothing."""
        plain = fold(text)
        for kind, titles in (("family", self.family), ("past", self.past)):
            for title in titles:
                if plain.startswith(title + " "):
                    return plain.removeprefix(title).strip(), kind
        return text, ""


@derived
def conventions(ontology: Ontology) -> Conventions:
    """The tables beside an ontology. Raises OntologyError where the file is missing or has other tables."""
    try:
        found: dict[str, Any] = yaml.safe_load((ontology.folder / FILE).read_text(encoding="utf-8"))
        return Conventions(
            answers={fold(str(word)): kind for kind, words in found["answers"].items() for word in words},
            interpretations=found["interpretations"],
            past=tuple(map(fold, found["past"])),
            family=tuple(map(fold, found["family"])),
            conditions=found["conditions"],
            treatments=found["treatments"],
            retracted=frozenset(found["retracted"]),
            blood=frozenset(found["blood"]),
        )
    except (OSError, KeyError, TypeError, AttributeError, yaml.YAMLError) as error:
        raise OntologyError(f"{FILE}: {error!r}; take the file of the release") from error
