"""CodeableConcepts: names for the vocabulary, from every coding, the displays and the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from kg.ontology.codes import fhir_code
from kg.readers.fhir.elements import Element
from kg.vocabulary.names import AmbiguousName, Match, Names, UnknownName

# a LOINC long common name: component, property, system, method (LOINC Users' Guide, appendix A)
_LOINC: Final = re.compile(r"(?P<component>.+?) \[(?P<property>[^\]]+)\](?: in (?P<system>.+?))?(?: by .+)?")
_IN_BRACKETS: Final = re.compile(r"\s*\(([^)]+)\)")
# a drug of RxNorm with one ingredient: amount, ingredient, strength, dose form, brand (RxNorm overview, "Naming")
_RXNORM: Final = re.compile(
    r"(?:[\d.]+ [A-Z]{2,} )?(?P<ingredient>[A-Za-z][^/\[\]]*?) [\d.]+ [A-Z]{2,4}(?:/[A-Z]+)?(?: [^/]*)?"
)
# the kind of thing that ends a fully specified name of SNOMED CT
_TAG: Final = re.compile(r"\s+\([a-z /]+\)$")


@dataclass(frozen=True)
class CodeMeaning:
    """What a concept means here: the name under which it was found, and what it names."""

    name: str
    match: Match


class Codes:
    """Looks up the concepts of one document; what was looked up once is not looked up again."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self._found: dict[tuple[str, str], Match | AmbiguousName | None] = {}

    def meaning(self, concept: Element, list_name: str) -> CodeMeaning | None:
        """What a CodeableConcept means in a list of a case: a code counts before a display, a display before the text.

        Of several codes, one that means exactly a concept counts before one that is narrower or broader. Raises
        AmbiguousName where codes, or the one name that there is, mean different concepts.
        """
        coded: list[CodeMeaning] = []
        doubtful: AmbiguousName | None = None
        for name in self.codes(concept):
            try:
                coded += filter(None, [self._find(name, list_name)])
            except AmbiguousName as error:
                doubtful = error
        exact = [found for found in coded if found.match.exact] or coded
        concepts = tuple(dict.fromkeys(found.match.concept for found in exact))
        if len(concepts) > 1:
            raise AmbiguousName(words(concept), concepts)
        if exact:
            return exact[0]
        if doubtful is not None:
            raise doubtful
        for name in self.words(concept):
            if found := self._find(name, list_name):
                return found
        return None

    def codes(self, concept: Element) -> Iterator[str]:
        """The codes as the vocabulary writes them."""
        for coding in concept.children("coding"):
            if code := coding.text("code"):
                yield fhir_code(coding.text("system"), code)

    def words(self, concept: Element) -> Iterator[str]:
        """Names in words: displays and text; of a LOINC name its component, of a drug of RxNorm its ingredient."""
        said = [*(coding.text("display") for coding in concept.children("coding")), concept.text("text")]
        for text in dict.fromkeys(filter(None, said)):
            yield text
            plain = _TAG.sub("", text)
            if plain != text:
                yield plain
            if match := _LOINC.fullmatch(text):
                component = match["component"]
                yield component
                yield _IN_BRACKETS.sub("", component)
                yield from _IN_BRACKETS.findall(component)
            elif drug := _RXNORM.fullmatch(text):
                yield drug["ingredient"]

    def _find(self, name: str, list_name: str) -> CodeMeaning | None:
        key = (name, list_name)
        if key not in self._found:
            try:
                self._found[key] = self.names.find(name, list_name, suggest=False)
            except UnknownName:
                self._found[key] = None
            except AmbiguousName as error:
                self._found[key] = error
        found = self._found[key]
        if isinstance(found, AmbiguousName):
            raise found
        return CodeMeaning(name, found) if found else None


def words(concept: Element) -> str:
    """A CodeableConcept as a person reads it: its text, the first display, or a code."""
    if text := concept.text("text"):
        return text
    codings = list(concept.children("coding"))
    displays = (coding.text("display") for coding in codings)
    codes = (" ".join(filter(None, (coding.text("system"), coding.text("code")))) for coding in codings)
    return next(filter(None, (*displays, *codes)), "")


def specimen_of(concept: Element) -> str:
    """The specimen that a LOINC name speaks of, empty where there is none."""
    for coding in concept.children("coding"):
        if (match := _LOINC.fullmatch(coding.text("display"))) and match["system"]:
            return match["system"]
    return ""
