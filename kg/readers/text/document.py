"""A text with its layers, and the stages that add them.

A document is never changed: a stage gets one and returns one with its own layers added. Every span of every layer is a
span of the view (`kg.readers.text.characters`), which leads back to the text as given.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Final

from kg.errors import OntologyError
from kg.readers.text.atoms import Atom
from kg.readers.text.characters import View
from kg.readers.text.dates import DateHit
from kg.readers.text.hl7v2 import Message
from kg.readers.text.layout import Line
from kg.readers.text.lexicon import Lexicon, PhraseHit
from kg.readers.text.named import Place
from kg.readers.text.people import MentionedPerson
from kg.readers.text.reading import TextReading, UnreadSpan
from kg.readers.text.resolved import Resolved
from kg.readers.text.segments import Heading, Segment
from kg.readers.text.several import PatientPart
from kg.readers.text.tables import Tables
from kg.readers.text.tokens import Scan
from kg.readers.text.voice import Voice

GIVEN: Final = ("text", "today", "lexicon", "of_patient")


@dataclass(frozen=True)
class Document:
    """One text. The first four fields are given; each other field is a layer, empty until its stage has run.

    `of_patient` says that the text is known to tell of the patient, whatever it looks like.
    """

    text: str
    today: datetime.date
    lexicon: Lexicon
    of_patient: bool = False
    view: View = field(default=View(""))
    lines: tuple[Line, ...] = ()
    message: Message | None = None
    headings: tuple[Heading, ...] = ()
    segments: tuple[Segment, ...] = ()
    voice: Voice = field(default=Voice())
    atoms: tuple[Atom, ...] = ()
    hits: tuple[PhraseHit, ...] = ()
    days: tuple[DateHit, ...] = ()
    tables: Tables = field(default_factory=Tables)
    scan: Scan | None = None
    unmeasured: tuple[UnreadSpan, ...] = ()
    places: tuple[Place, ...] = ()
    of_kin: tuple[tuple[int, int], ...] = ()
    person: MentionedPerson | None = None
    patients: tuple[PatientPart, ...] = ()
    resolved: Resolved | None = None
    reading: TextReading | None = None

    @property
    def seen(self) -> str:
        """The text as the stages behind the first one read it."""
        return self.view.text


LAYERS: Final = frozenset(item.name for item in fields(Document)) - frozenset(GIVEN)
Layers = Mapping[str, object]


@dataclass(frozen=True)
class Component:
    """A stage: the layers that it reads, those that it adds, and the function that makes them of a document."""

    name: str
    requires: tuple[str, ...]
    assigns: tuple[str, ...]
    run: Callable[[Document], Layers]

    def __call__(self, document: Document) -> Document:
        """The document with the layers of this stage. Raises ValueError where it makes others than it says."""
        made = self.run(document)
        if frozenset(made) != frozenset(self.assigns):
            raise ValueError(f"{self.name} makes {sorted(made)} and declares {sorted(self.assigns)}")
        return replace(document, **made)  # type: ignore[arg-type]  # the layers are checked by name above


@dataclass(frozen=True)
class Pipeline:
    """Stages in an order in which each finds what it requires. Raises OntologyError where the order does not hold."""

    components: tuple[Component, ...]

    def __post_init__(self) -> None:
        ready: set[str] = set()
        for component in self.components:
            unknown = (set(component.requires) | set(component.assigns)) - LAYERS
            missing, twice = set(component.requires) - ready, set(component.assigns) & ready
            if unknown or missing or twice:
                raise OntologyError(
                    f"stage {component.name}: unknown layers {sorted(unknown)}, not made before it {sorted(missing)}, "
                    f"made twice {sorted(twice)}"
                )
            ready |= set(component.assigns)

    def __call__(self, document: Document) -> Document:
        for component in self.components:
            document = component(document)
        return document

    def trace(self, document: Document) -> Iterator[tuple[Component, Document]]:
        """Each stage with the document as it leaves it."""
        for component in self.components:
            document = component(document)
            yield component, document
