"""What the ontology's `questions.yaml` says: how people ask, and what no article states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, ClassVar, Final, get_args, get_origin, get_type_hints

import yaml

from kg.errors import AuthoringError, Problem
from kg.ontology.compiled import Ontology
from kg.vocabulary.names import fold

FILE: Final = "questions.yaml"
STRICT: Final = {"extra": "forbid"}


@dataclass(frozen=True)
class Intent:
    """A way of asking, and how it is answered; the fields are described at the head of the file."""

    __pydantic_config__: ClassVar = STRICT

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
    measures: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    printed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Customs:
    """The file as data."""

    __pydantic_config__: ClassVar = STRICT

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
    data = yaml.load((ontology.folder / FILE).read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    try:
        found: Customs = _made(Customs, data)
    except TypeError:
        found = _checked(data)
    if problems := list(_unknown(ontology, found)):
        raise AuthoringError(problems)
    return found


def _made(kind: Any, data: Any) -> Any:
    """Data as a field is declared. Raises TypeError where it is anything else."""
    inside = get_args(kind)
    if is_dataclass(kind) and isinstance(data, dict) and data.keys() <= {item.name for item in fields(kind)}:
        kinds = get_type_hints(kind)
        return kind(**{name: _made(kinds[name], value) for name, value in data.items()})  # type: ignore[operator]
    if get_origin(kind) is tuple and isinstance(data, list):
        return tuple([_made(inside[0], item) for item in data])
    if get_origin(kind) is Mapping and isinstance(data, dict):
        return {_made(inside[0], name): _made(inside[1], value) for name, value in data.items()}
    if isinstance(kind, type) and type(data) is kind:
        return data
    raise TypeError(f"{data!r} is no {kind}")


def _checked(data: Any) -> Customs:
    """The same with every problem named; the library that does so takes a tenth of a second to load."""
    from pydantic import TypeAdapter, ValidationError  # noqa: PLC0415

    try:
        return TypeAdapter(Customs).validate_python(data)
    except ValidationError as error:
        raise AuthoringError(
            [Problem(f"{FILE}: {'.'.join(map(str, item['loc']))}", item["msg"], "Mend it.") for item in error.errors()]
        ) from error


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
