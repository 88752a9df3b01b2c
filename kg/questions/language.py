"""What the ontology's `questions.yaml` says of English: readings, figures, negations and words that say nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, ClassVar, Final, get_args, get_origin, get_type_hints

import yaml

from kg.errors import AuthoringError, Problem
from kg.ontology.compiled import Ontology

FILE: Final = "questions.yaml"
CONVERSATION: Final = "conversation.yaml"
STRICT: Final = {"extra": "forbid"}


@dataclass(frozen=True)
class Serves:
    """Which claims give what a reading asks for: by kind, by predicate or what is below it, by a field they carry."""

    __pydantic_config__: ClassVar = STRICT

    kinds: tuple[str, ...] = ()
    predicates: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class RequestKind:
    """One thing that a question may ask for. A `telling` cue shows it by itself."""

    __pydantic_config__: ClassVar = STRICT

    name: str
    cues: tuple[str, ...]
    serves: Serves
    telling: tuple[str, ...] = ()


@dataclass(frozen=True)
class Figure:
    """A quantity that a question may ask for, the words that ask for one, and the units that print one.

    `said` is its name, `source` the kind of source that prints such figures.
    """

    __pydantic_config__: ClassVar = STRICT

    name: str
    cues: tuple[str, ...]
    units: tuple[str, ...]
    said: str
    source: str
    spelled: tuple[str, ...] = ()
    of_quantities: bool = False


@dataclass(frozen=True)
class Against:
    """The modalities and predicates of claims that speak against something, unless it is leaving something undone."""

    __pydantic_config__: ClassVar = STRICT

    modalities: tuple[str, ...]
    predicates: tuple[str, ...]
    unless: tuple[str, ...]


@dataclass(frozen=True)
class AskingSigns:
    """How a sentence shows that it asks: its first words, phrases in it, and what may stand before the first words."""

    __pydantic_config__: ClassVar = STRICT

    openings: tuple[str, ...]
    phrases: tuple[str, ...]
    leads: tuple[str, ...]


@dataclass(frozen=True)
class People:
    """Words for people in general and for one person, and the verbs with which a person is told to have something."""

    __pydantic_config__: ClassVar = STRICT

    general: tuple[str, ...]
    relatives: tuple[str, ...]
    patients: tuple[str, ...]
    pronouns: tuple[str, ...]
    verbs: tuple[str, ...]


@dataclass(frozen=True)
class Collection:
    """Plurals that ask for all claims of a kind, and what makes a claim one of them."""

    __pydantic_config__: ClassVar = STRICT

    names: tuple[str, ...]
    list: str = ""
    predicate: str = ""
    measure: str = ""
    kind: str = ""
    steps: bool = False
    largest: bool = False
    disagreeing: bool = False


@dataclass(frozen=True)
class QuestionLanguage:
    """The file as data; its head describes the fields."""

    __pydantic_config__: ClassVar = STRICT

    readings: tuple[RequestKind, ...]
    figures: tuple[Figure, ...]
    lists: tuple[str, ...]
    counts: tuple[str, ...]
    comparisons: tuple[str, ...]
    negations: tuple[str, ...]
    texts: tuple[str, ...]
    joints: tuple[str, ...]
    courtesy: tuple[str, ...]
    short: Mapping[str, str]
    function: str
    turning: tuple[str, ...]
    against: Against
    cautions: Mapping[str, str]
    phrases: Mapping[str, str]
    asking: AskingSigns
    people: People
    collections: tuple[Collection, ...]
    smallest: tuple[str, ...]
    largest: tuple[str, ...]
    whole: tuple[str, ...]


@dataclass(frozen=True)
class Conversation:
    """The file of questions about a patient as data."""

    __pydantic_config__: ClassVar = STRICT

    supposing: tuple[str, ...]
    permission: tuple[str, ...]
    reasons: tuple[str, ...]
    reversed: tuple[str, ...]
    changes: tuple[str, ...]
    allowing: tuple[str, ...]
    forbidding: tuple[str, ...]
    phrases: Mapping[str, str]


def read_conversation(ontology: Ontology) -> Conversation:
    """How people ask about a patient. Raises AuthoringError with every field and list that is wrong."""
    found: Conversation = read_data(ontology, CONVERSATION, Conversation)
    lists = {*found.allowing, *found.forbidding} - set(ontology.list_properties.values())
    if problems := [Problem(f"{CONVERSATION}: {name}", "is no list.", "Correct it.") for name in sorted(lists)]:
        raise AuthoringError(problems)
    return found


def read_language(ontology: Ontology) -> QuestionLanguage:
    """How people ask about medicine. Raises AuthoringError with every field, predicate and kind that is wrong."""
    found: QuestionLanguage = read_data(ontology, FILE, QuestionLanguage)
    if problems := list(_unknown(ontology, found)):
        raise AuthoringError(problems)
    return found


def read_data(ontology: Ontology, name: str, kind: Any) -> Any:
    """A file of an ontology as a dataclass. Raises AuthoringError with every field that is wrong."""
    data = yaml.load((ontology.folder / name).read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    try:
        return _made(kind, data)
    except TypeError:
        return _checked(name, kind, data)


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


def _checked(name: str, kind: Any, data: Any) -> Any:
    """The same with every problem named; the library that does so takes a tenth of a second to load."""
    from pydantic import TypeAdapter, ValidationError  # noqa: PLC0415

    try:
        return TypeAdapter(kind).validate_python(data)
    except ValidationError as error:
        raise AuthoringError(
            [Problem(f"{name}: {'.'.join(map(str, item['loc']))}", item["msg"], "Mend it.") for item in error.errors()]
        ) from error


def _unknown(ontology: Ontology, language: QuestionLanguage) -> Iterator[Problem]:
    """Predicates and kinds of claims that the ontology does not have."""
    kinds = {claim.kind for claim in ontology.claims.values()}
    for reading in language.readings:
        for name in sorted({*reading.serves.predicates} - ontology.predicates):
            yield Problem(f"{FILE}: {reading.name}: {name}", "is no predicate of the ontology.", "Correct the name.")
        for name in sorted({*reading.serves.kinds} - kinds):
            yield Problem(f"{FILE}: {reading.name}: {name}", "is no kind of claim.", "Correct the name.")
    for name in sorted({*language.against.predicates} - ontology.predicates):
        yield Problem(f"{FILE}: against: {name}", "is no predicate of the ontology.", "Correct the name.")
