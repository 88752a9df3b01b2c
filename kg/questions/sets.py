"""Questions for all claims of a kind, answered by set operations in SPARQL: the steps of an algorithm, the odds ratios
of what is no tumour, the tests of a step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from kg.ontology import terms
from kg.ontology.compiled import Ontology
from kg.questions.language import Collection, QuestionLanguage
from kg.questions.understand import UnderstoodQuestion
from kg.vocabulary.mentions import NameHit, Table

MOST: Final = 8
TOPS: Final = {
    "next_steps": "ordersStep", "differential": "arguesFor", "pitfalls": "warnsOfPitfall",
    "contraindications": "warnsAgainst",
}  # fmt: skip
_HEAD: Final = """\
# title: All claims of a kind
PREFIX : <https://w3id.org/warrant/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX oa: <http://www.w3.org/ns/oa#>

SELECT DISTINCT ?claim ?sentence WHERE {
  ?claim :sentence ?sentence ; :claimsOf ?article ; dcterms:source ?passage .
  ?passage :section ?section ; oa:start ?start .
"""


@dataclass(frozen=True)
class Found:
    """The claims of a set in their order, and the query that gives exactly these."""

    claims: tuple[str, ...]
    sparql: str


class Sets:
    """Reads which set a question asks for, and asks the graph for it."""

    def __init__(self, ontology: Ontology, language: QuestionLanguage, store: Callable[[], ox.Store]) -> None:
        self.ontology, self.store = ontology, store
        self.collections = Table([(name, place) for place, c in enumerate(language.collections) for name in c.names])
        self.kinds = language.collections
        self.smallest = Table([(word, word) for word in language.smallest])
        self.largest = Table([(word, word) for word in language.largest])
        self.whole = Table([(word, word) for word in language.whole])

    def find(self, asked: UnderstoodQuestion) -> Found | None:
        """The set that a question asks for: a kind of claims, restricted by text, step, concept or size."""
        kind = self._kind(asked)
        if kind is None:
            return None
        patterns = [*_patterns(kind), *self._restrictions(asked, kind)]
        patterns += self._extreme(asked, kind, patterns)
        text = _HEAD + "".join(f"  {line}\n" for line in patterns) + "} ORDER BY ?start\n"
        found = self._run(text)
        if kind.largest and len(found) > MOST:
            text = _HEAD + "".join(f"  {line}\n" for line in (*patterns, *_largest(patterns))) + "} ORDER BY ?start\n"
            found = self._run(text)
        return Found(found, text) if 1 <= len(found) <= MOST else None

    def _run(self, text: str) -> tuple[str, ...]:
        rows = self.store().query(text)
        assert isinstance(rows, ox.QuerySolutions)
        found = (row["claim"] for row in rows)
        return tuple(
            dict.fromkeys(
                terms.local(node.value).removeprefix("claim/") for node in found if isinstance(node, ox.NamedNode)
            )
        )

    def _kind(self, asked: UnderstoodQuestion) -> Collection | None:
        """The kind of claims asked for; only where all of them are meant and something restricts them."""
        hits = [hit for hit in self.collections.find(asked.core) if self._is_several(asked, hit)]
        if not hits:
            return None
        kind = self.kinds[hits[0].meanings[0]]
        if kind.disagreeing:
            return kind if asked.sides or asked.texts else None
        if len(asked.texts) > 1:
            return None
        if asked.denied and kind.list:
            return kind
        whole = self.whole.find(asked.core) or kind.measure
        measured = kind.measure and (asked.denied or self._superlative(asked))
        return kind if whole and (len(asked.about) == 1 or asked.step or measured) else None

    def _is_several(self, asked: UnderstoodQuestion, hit: NameHit[int]) -> bool:
        """Whether a name of a kind means all of them: in the plural, with a superlative, or of what texts do."""
        kind = self.kinds[hit.meanings[0]]
        if kind.disagreeing or (kind.measure and self._superlative(asked)):
            return True
        return asked.core[hit.start : hit.end].lower().endswith("s")

    def _superlative(self, asked: UnderstoodQuestion) -> bool:
        return bool(self.smallest.find(asked.core) or self.largest.find(asked.core))

    def _restrictions(self, asked: UnderstoodQuestion, kind: Collection) -> Iterator[str]:
        """By text, by step, without what is denied, within what is named."""
        for article in asked.about if len(asked.about) == 1 and not (kind.measure or asked.denied) else asked.texts:
            if len(asked.texts) < 2:
                yield f'?article skos:notation "{article}" .'
        if asked.step and not kind.steps:
            yield f"?claim :step {asked.step} ."
        target = "?claim :hasEffect/:outcome ?what ." if kind.measure else "BIND (?target AS ?what)"
        for name in asked.denied:
            if kind.measure or kind.list:
                yield f"FILTER NOT EXISTS {{ {target} <{terms.BASE}{name}> :hasNarrower* ?what }}"
        yield from self._subjects(asked, kind)

    def _subjects(self, asked: UnderstoodQuestion, kind: Collection) -> Iterator[str]:
        """The concepts that the claims of a set must be about."""
        for name in asked.concepts:
            iri = f"<{terms.BASE}{name}>"
            if kind.measure and not asked.denied and self.ontology.descendants(name) - {name}:
                yield f"?claim :hasEffect/:outcome ?of . {iri} :hasNarrower* ?of ."
            elif kind.disagreeing or (kind.list and asked.denied):
                yield f"FILTER EXISTS {{ ?claim dcterms:subject ?subject . {iri} :hasNarrower* ?subject }}"

    def _extreme(self, asked: UnderstoodQuestion, kind: Collection, patterns: Sequence[str]) -> Iterator[str]:
        """Only the claims with the smallest or the largest figure of a measure, where one of these is asked for."""
        if kind.measure and self._superlative(asked):
            function = "MIN" if self.smallest.find(asked.core) else "MAX"
            inner = f"?claim :sentence ?s ; :claimsOf ?article . {' '.join(patterns)}"
            yield f"{{ SELECT ({function}(?value) AS ?extreme) WHERE {{ {inner} }} }} FILTER (?value = ?extreme)"


def _patterns(kind: Collection) -> Iterator[str]:
    """What makes a claim one of a kind."""
    if kind.list:
        yield f"?claim ?predicate ?target . ?predicate rdfs:subPropertyOf* :{TOPS[kind.list]} ."
    if kind.predicate:
        yield f"?claim :{kind.predicate} ?excepted ."
    if kind.disagreeing:
        yield "{ ?claim :hasDoubt/:doubtWith ?other } UNION { ?other :hasDoubt/:doubtWith ?claim }"
        yield "?other :claimsOf ?elsewhere . FILTER (?elsewhere != ?article)"
    if kind.kind:
        yield f'?claim a/skos:notation "{kind.kind}" .'
    if kind.measure:
        yield f'?claim :hasEffect ?effect . ?effect :measure "{kind.measure}" .'
        yield "OPTIONAL { ?effect :effectValue ?point } OPTIONAL { ?effect :effectLow ?low }"
        yield "BIND (COALESCE(?low, ?point) AS ?value)"
    if kind.steps:
        yield "?claim :step ?step ."
        yield (
            "FILTER NOT EXISTS { ?other :step ?step ; :claimsOf ?article ; dcterms:source/oa:start ?earlier ."
            " FILTER (?earlier < ?start) }"
        )


def _largest(patterns: Sequence[str]) -> Iterator[str]:
    """Only the section in which most of the claims stand."""
    inner = " ".join(patterns)
    yield (
        "{ SELECT ?section WHERE { ?claim :sentence ?s ; :claimsOf ?article ; dcterms:source/:section ?section . "
        f"{inner} }} GROUP BY ?section ORDER BY DESC(COUNT(DISTINCT ?claim)) LIMIT 1 }}"
    )
