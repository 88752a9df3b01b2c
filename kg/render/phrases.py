"""How an entry of an answer is said: a sentence for each predicate, a phrase for each concept, as data.

The words stand in `ontology/wording.yaml`, whose head describes the fields; `faults` is its linter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Final

from kg.assess import Action
from kg.cache.derived import derived
from kg.ontology.compiled import Ontology
from kg.questions.language import STRICT, read_data

FILE: Final = "wording.yaml"
LONGEST: Final = 20
DOUBLED: Final = re.compile(r"\b(\w+)\s+\1\b|\b\w+ly \w+ly\b", re.IGNORECASE)
IDENTIFIER: Final = re.compile(r"\w_\w|\b[A-Z]\d+-\d+\b|[{}]")
ARGUING: Final = frozenset({"differential", "counterarguments"})
NEVER: Final = "Do not "


@dataclass(frozen=True)
class Phrases:
    """A concept within a sentence, and as an order of its own; empty where there is none."""

    __pydantic_config__: ClassVar[Any] = STRICT

    thing: str = ""
    step: str = ""


@dataclass(frozen=True)
class Stop:
    """A stop of the tour: an example patient by the name of its file, and what it shows."""

    __pydantic_config__: ClassVar[Any] = STRICT

    example: str
    shows: str
    said: str


@dataclass(frozen=True)
class Wording:
    """The file as data."""

    __pydantic_config__: ClassVar[Any] = STRICT

    predicates: Mapping[str, str]
    pairs: Mapping[str, Mapping[str, str]]
    concepts: Mapping[str, Phrases]
    modality: Mapping[str, str]
    held: Mapping[str, str]
    fits: str
    tour: tuple[Stop, ...]
    explained: Mapping[str, str]

    def sentence(self, predicate: str, code: str, label: str) -> str:
        """What a predicate says of a concept, without a full stop."""
        if said := self.pairs.get(predicate, {}).get(code):
            return said
        found = self.concepts.get(code, Phrases())
        filled = found if found.thing else replace(found, thing=label)
        return self.predicates[predicate].format(thing=filled.thing, step=filled.step or label)


@derived
def wording(ontology: Ontology) -> Wording:
    """The words of an ontology. Raises AuthoringError with every field that is wrong."""
    found: Wording = read_data(ontology, FILE, Wording)
    return found


def phrase(ontology: Ontology, item: Action) -> str:
    """What is to be done or not, such as `Do not delay ...`; of several relations the firmest is said."""
    words = wording(ontology)
    said = next((name for name in words.predicates if name in item.relations), None)
    return words.sentence(said, ontology.codes[item.concept], item.label) if said else item.label


def continued(text: str) -> str:
    """A sentence as it goes on within another.

    >>> continued("Take a biopsy"), continued("ESAs are out")
    ('take a biopsy', 'ESAs are out')
    """
    word = text.partition(" ")[0]
    return text[:1].lower() + text[1:] if word[1:] == word[1:].lower() else text


def firmness(ontology: Ontology, item: Action) -> int:
    """The place of the firmest relation among the predicates of the file; 0 is the firmest."""
    order = list(wording(ontology).predicates)
    return min((order.index(name) for name in item.relations if name in order), default=len(order))


def how(ontology: Ontology, item: Action) -> str:
    """How firmly, where every claim puts it less firmly than as an order."""
    known = wording(ontology).modality
    weaker = list(dict.fromkeys(known[word] for word in item.modality if word in known))
    return " or ".join(weaker) if weaker and all(word in known for word in item.modality) else ""


# -- the linter


def lines(ontology: Ontology) -> Iterator[tuple[str, str]]:
    """Every line that claims can put before a clinician, with the name of what says it."""
    words = wording(ontology)
    for claim in ontology.claims.values():
        yield claim.id, claim.sentence
        for predicate, concept in claim.conclusions:
            if ontology.lists.get(predicate, "differential") not in ARGUING:
                code = ontology.codes[concept]
                yield f"{predicate} {code}", words.sentence(predicate, code, ontology.label(concept))
    yield from ((f"alert {item.code}", item.sentence) for item in ontology.alerts.values())
    yield from ((f"explained {name}", text) for name, text in words.explained.items())


def faults(name: str, line: str) -> Iterator[str]:
    """What is wrong with a line: too long, a word doubled, a bare noun, an identifier.

    >>> list(faults("x", "Take a biopsy biopsy")), list(faults("x", "Biopsy"))
    (['doubled word'], ['bare noun'])
    """
    text = re.sub(r"{(value|limit|text|label|position)}", "it", line)
    if any(len(part.split()) > LONGEST for part in re.split(r"(?<=[.:;]) ", text)):
        yield f"over {LONGEST} words"
    if DOUBLED.search(text):
        yield "doubled word"
    if len(text.split()) < 2:
        yield "bare noun"
    if IDENTIFIER.search(text):
        yield "identifier"
