"""From what people call a thing to the concept of the ontology."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

from rapidfuzz import fuzz, process

from kg.cache.derived import DerivedOwner
from kg.ontology import terms
from kg.ontology.codes import broader_codes, code_of
from kg.ontology.compiled import Ontology
from kg.ontology.kinds import ConceptKind
from kg.ontology.model import Concept
from kg.vocabulary.site_codes import PREDICATES, SiteCode

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
# mapped codes that say that a concept holds
MEANT: Final = ("exactMatch", "closeMatch", "narrowMatch")


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
    """A concept that a name leads to; `exact` is false for a broader, narrower or brand name.

    `broader` is the code by which a narrower one was found that nothing maps itself.
    """

    concept: Concept
    exact: bool
    broader: str = ""


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
    """All names of an ontology. A code beats a label, a label beats a synonym; the list decides the rest (P18).

    `site` are codes that a site maps itself; they count before those of the ontology.
    """

    def __init__(self, ontology: Ontology, site: Sequence[SiteCode] = ()) -> None:
        self.ontology, self.site = ontology, site

    @cached_property
    def _codes(self) -> dict[str, tuple[Concept, ...]]:
        table: dict[str, list[Concept]] = {}
        for concept in self.ontology.concepts.values():
            for code in (concept.code, terms.BASE + concept.name, *concept.codes):
                table.setdefault(code.casefold(), []).append(concept)
        own: dict[str, list[Concept]] = {}
        for item in self.site:
            found = own.setdefault(item.code.casefold(), [])
            if item.predicate in MEANT:
                found.append(self.ontology.concepts[item.concept])
        return {code: tuple(dict.fromkeys(found)) for code, found in (table | own).items()}

    @cached_property
    def _predicates(self) -> dict[tuple[str, str], str]:
        """Concept and outside code → how the code is mapped to it."""
        index = self.ontology.index
        return {
            (concept.name, code_of(given).casefold()): predicate
            for concept in self.ontology.concepts.values()
            for predicate in PREDICATES
            for given in index.values(terms.BASE + concept.name, terms.SKOS + predicate)
        } | {(item.concept, item.code.casefold()): item.predicate for item in self.site}

    @cached_property
    def _other(self) -> frozenset[str]:
        """Codes that are known to mean none of the concepts: they are mapped as broader or related only."""
        return frozenset(code for _, code in self._predicates if not self._codes.get(code))

    def _same(self, concept: Concept, code: str) -> bool:
        """Whether a code means the concept itself; an outside code may be mapped as narrower."""
        own = code not in map(str.casefold, concept.codes) and all(item.code.casefold() != code for item in self.site)
        return own or self._predicates.get((concept.name, code)) in ("exactMatch", "closeMatch")

    def _by_broader_code(self, code: str, kinds: tuple[ConceptKind, ...]) -> Match | None:
        """What the nearest mapped code means of which this one is a kind: the concept itself, or something narrower.

        A code that is mapped itself is not looked for so, nor one below a code that is only close to a concept.
        """
        for broader in broader_codes(code.upper()) if code not in self._other else ():
            found, key = self._codes.get(broader.casefold(), ()), broader.casefold()
            if not found and key not in self._other:
                continue
            fit = [one for one in found if self._predicates.get((one.name, key)) in ("exactMatch", "narrowMatch")]
            return Match(self._decide(code, tuple(fit), kinds), False, broader) if fit else None
        return None

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
            if broader := self._by_broader_code(code, kinds):
                return broader
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
