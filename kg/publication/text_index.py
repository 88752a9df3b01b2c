"""Words under which claims and concepts are found: the graph `text`, an index for a query without a full-text engine.

A word stands in lower case as it is written, and once more as names are compared (`kg.vocabulary.names.fold`): without
diacritics, in American spelling. So `:word "anaemia"` and `:word "anemia"` find the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

import pyoxigraph as ox

from kg.ontology import terms
from kg.ontology.compiled import Ontology
from kg.vocabulary.names import fold

WORD: Final = ox.NamedNode(terms.term("word"))
_WORDS: Final = re.compile(r"\w[\w-]*\w")


def text_index(ontology: Ontology) -> tuple[ox.Triple, ...]:
    """A triple for each word of a concept's names and of a claim's sentence, index terms and questions, sorted."""
    rows = {
        *((terms.term(name), word) for name, texts in _concepts(ontology) for word in words(texts)),
        *((terms.claim(name), word) for name, texts in _claims(ontology) for word in words(texts)),
    }
    return tuple(ox.Triple(ox.NamedNode(iri), WORD, ox.Literal(word)) for iri, word in sorted(rows))


def words(texts: Iterable[str]) -> set[str]:
    """The words of texts as the index has them; of one letter there are none.

    >>> sorted(words(["Anaemia of CKD"]))
    ['anaemia', 'anemia', 'ckd', 'of']
    """
    found = {word for text in texts for word in _WORDS.findall(text.lower())}
    return found | {word for text in texts for word in _WORDS.findall(fold(text))}


def _concepts(ontology: Ontology) -> Iterator[tuple[str, tuple[str, ...]]]:
    for name, concept in ontology.concepts.items():
        yield name, (concept.label, *concept.synonyms, *concept.related)


def _claims(ontology: Ontology) -> Iterator[tuple[str, tuple[str, ...]]]:
    for name, claim in ontology.claims.items():
        yield name, (claim.sentence, *claim.index_terms, *claim.asks)
