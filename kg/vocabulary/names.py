"""From what people call a thing to the concept of the ontology."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

from rapidfuzz import fuzz, process

from kg.cache.derived import DerivedOwner
from kg.ontology import terms
from kg.ontology.codes import code_of
from kg.ontology.compiled import Ontology
from kg.ontology.kinds import ConceptKind
from kg.ontology.model import Concept

_DASHES: Final = re.compile(r"[‐-―−⁃﹘﹣－]")
_AROUND: Final = re.compile(r"\s*([,/])\s*")
_BLANKS: Final = re.compile(r"[\s-]+")
_AMERICAN: Final = (
    ("ae", "e"), ("oe", "e"), ("our", "or"), ("isation", "ization"), ("ise", "ize"), ("yse", "yze"),
    ("leuc", "leuk"), ("sulph", "sulf"), ("centre", "center"), ("programme", "program"),
)  # fmt: skip
KINDS_OF_LIST: Final[Mapping[str, tuple[ConceptKind, ...]]] = {
    "measurements": (ConceptKind.ANALYTE,),
    "findings": (ConceptKind.FINDING, ConceptKind.SUSPICION),
    "diagnoses": (ConceptKind.CONDITION, ConceptKind.SUSPICION),
    "history": (ConceptKind.HISTORY, ConceptKind.CONDITION, ConceptKind.THERAPY, ConceptKind.DRUG, ConceptKind.FINDING),
    "treatments": (ConceptKind.DRUG, ConceptKind.THERAPY, ConceptKind.INTENT),
    "plans": (ConceptKind.DRUG, ConceptKind.THERAPY, ConceptKind.PROCEDURE),
    "intents": (ConceptKind.INTENT,),
    "procedures": (ConceptKind.HISTORY, ConceptKind.PROCEDURE),
    "results": (ConceptKind.RESULT, ConceptKind.PROCEDURE, ConceptKind.ANALYTE, ConceptKind.FINDING),
}
LABEL, SYNONYM, RELATED = 1, 2, 3


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """A name without what does not matter: case, diacritics, dashes, spaces, British or American spelling.

    >>> fold("Paraesthesia") == fold("paresthesia"), fold("46, XX\u202f") == fold("46,xx")
    (True, True)
    """
    plain = (text if text.isascii() else _ascii(text)).casefold()
    for british, american in _AMERICAN:
        plain = plain.replace(british, american)
    return _BLANKS.sub(" ", _AROUND.sub(r"\1", plain)).strip()


def _ascii(text: str) -> str:
    """Letters without diacritics, and one dash for all dashes."""
    plain = unicodedata.normalize("NFKD", _DASHES.sub("-", text.replace("μ", "u").replace("µ", "u")))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


@dataclass(frozen=True)
class Match:
    """A concept that a name leads to; `exact` is false for a broader, narrower or brand name."""

    concept: Concept
    exact: bool


class UnknownName(LookupError):
    """No concept has this name; `closest` are names that look like it."""

    def __init__(self, name: str, closest: tuple[str, ...]) -> None:
        self.closest = closest
        super().__init__(f"unknown name {name!r}")


class AmbiguousName(LookupError):
    """Several concepts share this name and its list does not decide between them."""

    def __init__(self, name: str, concepts: tuple[Concept, ...]) -> None:
        self.concepts = concepts
        both = " or ".join(f"{concept.label} ({concept.code})" for concept in concepts)
        super().__init__(f"{name!r} can mean {both}")


class Names(DerivedOwner):
    """All names of an ontology. A code beats a label, a label beats a synonym; the list decides the rest (P18)."""

    def __init__(self, ontology: Ontology) -> None:
        self.ontology = ontology

    @cached_property
    def _codes(self) -> dict[str, tuple[Concept, ...]]:
        table: dict[str, list[Concept]] = {}
        for concept in self.ontology.concepts.values():
            for code in (concept.code, terms.BASE + concept.name, *concept.codes):
                table.setdefault(code.casefold(), []).append(concept)
        return {code: tuple(dict.fromkeys(found)) for code, found in table.items()}

    def _same(self, concept: Concept, code: str) -> bool:
        """Whether a code means the concept itself; an outside code may be mapped as narrower or broader."""
        if code not in map(str.casefold, concept.codes):
            return True
        iri, index = terms.BASE + concept.name, self.ontology.index
        same = (
            given for relation in ("exactMatch", "closeMatch") for given in index.values(iri, terms.SKOS + relation)
        )
        return code in (code_of(given).casefold() for given in same)

    @cached_property
    def words(self) -> dict[str, dict[int, tuple[Concept, ...]]]:
        """Folded name → rank (LABEL, SYNONYM, RELATED) → concepts."""
        table: dict[str, dict[int, dict[str, Concept]]] = {}
        for concept in self.ontology.concepts.values():
            ranked = ((LABEL, (concept.label, concept.name)), (SYNONYM, concept.synonyms), (RELATED, concept.related))
            for rank, words in ranked:
                for word in words:
                    table.setdefault(fold(word), {}).setdefault(rank, {})[concept.name] = concept
        return {word: {rank: tuple(found.values()) for rank, found in ranks.items()} for word, ranks in table.items()}

    def find(self, name: str, list_name: str, suggest: bool = True) -> Match:
        """The concept that a name in a list of a case means.

        Raises UnknownName, with the closest names unless they are not wanted (they take milliseconds), or AmbiguousName
        with what it can mean.
        """
        kinds = KINDS_OF_LIST[list_name]
        code = name.strip().casefold()
        ranks = self.words.get(fold(name), {})
        words_fit = any(concept.kind in kinds for found in ranks.values() for concept in found)
        found = self._codes.get(code, ())
        if found and (not words_fit or any(concept.kind in kinds for concept in found)):
            concept = self._decide(name, found, kinds)
            return Match(concept, self._same(concept, code))
        if not ranks:
            raise UnknownName(name, self.closest(name, kinds) if suggest else ())
        for rank in sorted(ranks):
            fitting = [concept for concept in ranks[rank] if concept.kind in kinds]
            if fitting:
                return Match(self._decide(name, tuple(fitting), kinds), rank != RELATED)
        best = min(ranks)
        return Match(self._decide(name, ranks[best], kinds), best != RELATED)

    def _decide(self, name: str, found: tuple[Concept, ...], kinds: tuple[ConceptKind, ...]) -> Concept:
        for kind in kinds:
            fitting = [concept for concept in found if concept.kind == kind]
            if len(fitting) == 1:
                return fitting[0]
            if fitting:
                raise AmbiguousName(name, tuple(fitting))
        if len(found) > 1:
            raise AmbiguousName(name, found)
        return found[0]

    def closest(self, name: str, kinds: Iterable[ConceptKind]) -> tuple[str, ...]:
        """Up to three labels whose names look like this one, those that fit the list first."""
        wanted = set(kinds)
        found = process.extract(fold(name), list(self.words), scorer=fuzz.WRatio, limit=12, score_cutoff=70)
        concepts = [concept for word, _, _ in found for ranks in (self.words[word],) for concept in ranks[min(ranks)]]
        ordered = sorted(concepts, key=lambda concept: concept.kind not in wanted)
        return tuple(dict.fromkeys(concept.label for concept in ordered))[:3]
