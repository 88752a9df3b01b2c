"""What ontology/public.yaml may contain: the vocabulary of the public graph."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from kg.authoring.schema import Name, SourceEntry, Text

PropertyName = Annotated[str, Field(pattern=r"^[a-z][A-Za-z0-9]*$")]
OboId = Annotated[str, Field(pattern=r"^[A-Z]+_[0-9]+$")]


class BorrowedTerm(SourceEntry):
    """A term of another ontology, as its release has it; `id` is the end of its OBO address."""

    id: OboId
    kind: Literal["class", "property"] = "class"
    parent: OboId | None = None
    label: Text
    definition: Text


class Release(SourceEntry):
    """A release of another ontology (`from`, its version IRI) and what is taken from it."""

    version: Text = Field(alias="from")
    title: Text
    terms: tuple[BorrowedTerm, ...]


class PublicClass(SourceEntry):
    """A class that only the public graph has."""

    name: Name
    parent: Name
    label: Text
    definition: Text


class ControlledValue(SourceEntry):
    """An individual that stands for a word of the articles, found by its code."""

    name: Name
    of: Name
    code: Text
    label: Text
    definition: Text


class PublicProperty(SourceEntry):
    """A property that only the public graph has.

    `value_of` is the annotation whose text names a value by its code. `mirrors` is the property of a patient of which
    a part of a condition becomes a statement about the claim. `history` says what the name meant before.
    """

    name: PropertyName
    kind: Literal["object", "data", "text"] = "object"
    parent: Text | None = None
    domain: Name | None = None
    range: Name | None = None
    value_of: PropertyName | None = None
    mirrors: PropertyName | None = None
    label: Text
    definition: Text
    history: Text | None = None


class PublicFile(SourceEntry):
    """All of it.

    `below` and `close` lead from a class of ours to one of theirs; `ranges` and `domains` from a class to properties,
    with the source `sorted_by`.
    """

    source: Text
    borrowed: tuple[Release, ...]
    below: dict[Name, OboId]
    close: dict[Name, OboId]
    disjoint: tuple[tuple[Name, ...], ...]
    classes: tuple[PublicClass, ...]
    values: tuple[ControlledValue, ...]
    properties: tuple[PublicProperty, ...]
    sorted_by: Text
    ranges: dict[Name, tuple[PropertyName, ...]]
    domains: dict[Name, tuple[PropertyName, ...]]
