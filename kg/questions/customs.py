"""What the ontology's `questions.yaml` says: how people ask, and what no article states."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from kg.errors import AuthoringError, Problem
from kg.names import fold
from kg.ontology import Ontology

FILE: Final = "questions.yaml"


class Intent(BaseModel):
    """A way of asking, and how it is answered; the fields are described at the head of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    query: str = "claims"
    cues: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()
    telling: tuple[str, ...] = ()
    conclusions: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    target: bool = False
    drugs: bool = False
    broader: bool = False
    final: bool = False
    soft: bool = False
    measures: Mapping[str, tuple[str, ...]] = {}
    printed: Mapping[str, tuple[str, ...]] = {}


class Customs(BaseModel):
    """The file as data."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    intents: tuple[Intent, ...]
    unstated: tuple[str, ...]
    negations: tuple[str, ...]
    governance: Mapping[str, tuple[str, ...]]
    articles: Mapping[str, tuple[str, ...]]
    names: Mapping[str, tuple[str, ...]]
    drugs: Mapping[str, str]
    dosed: Mapping[str, str]
    positions: Mapping[str, tuple[str, ...]]
    manner: Mapping[str, tuple[str, ...]]
    alike: tuple[tuple[str, ...], ...]
    cautions: Mapping[str, str]
    general: str

    @property
    def general_words(self) -> frozenset[str]:
        return frozenset(map(fold, self.general.split()))


def read_customs(ontology: Ontology) -> Customs:
    """The file of an ontology. Raises AuthoringError with every field, concept and predicate that is wrong."""
    text = (ontology.folder / FILE).read_text(encoding="utf-8")
    try:
        found = Customs.model_validate(yaml.safe_load(text))
    except ValidationError as error:
        raise AuthoringError(
            [Problem(f"{FILE}: {'.'.join(map(str, item['loc']))}", item["msg"], "Mend it.") for item in error.errors()]
        ) from error
    if problems := list(_unknown(ontology, found)):
        raise AuthoringError(problems)
    return found


def _unknown(ontology: Ontology, customs: Customs) -> list[Problem]:
    treatments = {*customs.drugs, *customs.drugs.values(), *customs.dosed, *customs.dosed.values()}
    concepts = {*customs.names, *treatments} - set(ontology.concepts)
    predicates = {name for intent in customs.intents for name in intent.conclusions} - ontology.predicates
    articles = set(customs.articles) - set(ontology.articles)
    kinds = {kind for intent in customs.intents for kind in intent.kinds} - {c.kind for c in ontology.claims.values()}
    found = (("concept", concepts), ("conclusion", predicates), ("article", articles), ("kind of claim", kinds))
    return [
        Problem(f"{FILE}: {name}", f"is no {what} of the ontology.", "Correct the name.")
        for what, names in found
        for name in sorted(names)
    ]
