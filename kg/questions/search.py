"""Which query answers a question, and with which values: from the strictest reading to the widest that is still sound.

A concept that is asked about is never dropped. It may be met by what it is a kind of, where the intent allows that a
claim about a class holds of its members; and what an article's case is about may be met by the article as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import pyoxigraph as ox
from rdflib import DCTERMS

from kg import terms
from kg.ontology import Ontology
from kg.queries import FOLDER, Query, Source, Value, library, plain
from kg.questions.customs import Customs, Intent
from kg.questions.understand import ANY, STRONG, Asked

SUBSTANCES: Final = ("drug", "therapy")
BY_SUBSTANCE: Final = ("doses", "schedules")
NO_KIND: Final = "none"
TOGETHER: Final = 2
Values = Mapping[str, Sequence[Value]]


@dataclass(frozen=True)
class Found:
    """The query that was run last, as it stands, and the claims it found."""

    intent: str
    sparql: str
    claims: tuple[str, ...]


class Searcher:
    """Runs questions over one dataset."""

    def __init__(self, ontology: Ontology, customs: Customs, store: Source) -> None:
        self.ontology, self.customs, self.store = ontology, customs, store
        self.queries: Mapping[str, Query] = library(FOLDER, "questions")

    @cached_property
    def subjects(self) -> Mapping[str, frozenset[str]]:
        """What each article is about."""
        index = self.ontology.index
        return {
            name: frozenset(map(terms.local, index.values(str(terms.article(name)), str(DCTERMS.subject))))
            for name in self.ontology.articles
        }

    @cached_property
    def background(self) -> frozenset[str]:
        """What any article is about."""
        return frozenset().union(*self.subjects.values())

    def search(self, asked: Asked) -> Found:
        """The first reading that some claim answers; else the strictest one, with no claims.

        An intent that is final is not given up for another one. One that is soft is: then what is said of several
        concepts together answers.
        """
        strictest: Found | None = None
        for intent in asked.intents:
            for query, values in self._readings(intent, asked):
                found = self.run(intent.name, query, values)
                if found.claims:
                    return found
                strictest = strictest or found
            if intent.final:
                break
        assert strictest is not None, "every intent has a reading"
        if all(intent.soft for intent in asked.intents) and len(asked.concepts) >= TOGETHER:
            return self._together(asked, strictest)
        return strictest

    def _together(self, asked: Asked, strictest: Found) -> Found:
        """Every claim about all the concepts and words, whatever it concludes."""
        for query, values in self._of_claims(ANY, replace(asked, score=0)):
            found = self.run(strictest.intent, query, values)
            if found.claims:
                return found
        return strictest

    def run(self, intent: str, query: str, values: Values) -> Found:
        """One query with its values; the claims are its first column."""
        text = self.queries[f"questions/{query}"].bind(values)
        rows = self.store(text) if callable(self.store) else self.store.query(text, use_default_graph_as_union=True)
        assert isinstance(rows, ox.QuerySolutions)
        return Found(intent, text, tuple(dict.fromkeys(plain(row[0]).removeprefix("claim/") for row in rows)))

    # -- readings

    def _readings(self, intent: Intent, asked: Asked) -> Iterator[tuple[str, Values]]:
        match intent.query:
            case "sources":
                yield from self._of_sources(asked)
            case "governance":
                yield "governance-for-a-question", self._articles(asked) | self._sides(asked)
            case _:
                yield from self._of_claims(intent, asked)

    def _of_sources(self, asked: Asked) -> Iterator[tuple[str, Values]]:
        """Entries of a list of references, or claims whose markers lead to one."""
        if asked.number is not None or not (asked.concepts or asked.claims):
            number = {"number": [ox.Literal(asked.number)]} if asked.number is not None else {}
            yield "references-for-a-question", self._articles(asked) | number
            return
        for concepts in self._concepts(asked.concepts, broader=False):
            yield "sources-for-a-question", concepts | self._articles(asked)

    def _sides(self, asked: Asked) -> dict[str, Sequence[Value]]:
        """The sides of an article that the cues ask for."""
        table = self.customs.governance
        sides = [side for side, cues in table.items() if set(cues) & set(asked.cues)]
        return {"about": [ox.Literal(side) for side in sides]} if sides else {}

    def _of_claims(self, intent: Intent, asked: Asked) -> Iterator[tuple[str, Values]]:
        name = f"{intent.query}-for-a-question"
        concepts = tuple(self.meant(intent, asked.concepts))
        fixed = self._articles(asked) | self._fixed(intent, asked)
        if intent.query in BY_SUBSTANCE:
            substances = [one for one in concepts if self.ontology.concepts[one].kind in SUBSTANCES]
            fixed |= _nodes("substance", substances)
        for narrowed in self._targets(intent, concepts):
            for about in self._concepts(concepts, intent.broader):
                for absent in self._absent(asked, about):
                    for words in self._words(intent, asked):
                        yield name, fixed | narrowed | absent | words

    def _fixed(self, intent: Intent, asked: Asked) -> dict[str, Sequence[Value]]:
        """What an intent always binds."""
        if intent.query == "claims":
            kinds = [ox.Literal(kind) for kind in intent.kinds or (NO_KIND,)]
            return _nodes("conclusion", intent.conclusions) | {"kind": kinds}
        if intent.query == "effects":
            measures = dict.fromkeys(intent.measures[cue] for cue in asked.cues if cue in intent.measures)
            return {"measure": [ox.Literal(measure) for measure in measures]} if measures else {}
        return {}

    def _articles(self, asked: Asked) -> dict[str, Sequence[Value]]:
        return _nodes("article", [f"article/{name}" for name in asked.articles]) if asked.articles else {}

    def meant(self, intent: Intent, concepts: Iterable[str]) -> Iterator[str]:
        """Where treatments are asked for, a quantity stands for the substance that is given."""
        for concept in concepts:
            yield self.customs.drugs.get(concept, concept) if intent.drugs else concept

    def _words(self, intent: Intent, asked: Asked) -> Iterator[dict[str, Sequence[Value]]]:
        """All words; then none, where the intent is clear and concepts are left."""
        if asked.words:
            yield {"word": [ox.Literal(word) for word in asked.words]}
        if not asked.words or (asked.score >= STRONG and asked.concepts):
            yield {}

    def _targets(self, intent: Intent, concepts: Sequence[str]) -> Iterator[dict[str, Sequence[Value]]]:
        if intent.target and len(concepts) == 1:
            yield _nodes("target", concepts)
        yield {}

    def _concepts(self, concepts: Sequence[str], broader: bool) -> Iterator[dict[str, Sequence[Value]]]:
        """Each concept by itself; then the article's case for what is background; then what a concept is a kind of."""
        front = [one for one in concepts if one not in self.background]
        back = [one for one in concepts if one in self.background]
        yield _nodes("concept", concepts)
        if front and back:
            yield _nodes("concept", front) | _nodes("context", back)
        if broader and concepts:
            yield _nodes("kind_of", concepts)
            if front and back:
                yield _nodes("kind_of", front) | _nodes("context", back)

    def _absent(self, asked: Asked, about: Values) -> Iterator[dict[str, Sequence[Value]]]:
        """What is asked to be absent is absent in the claim; or, where no claim wants that, is what it is about."""
        base = dict(about)
        if not asked.absent:
            yield base
            return
        yield base | _nodes("absent", asked.absent)
        yield base | {"concept": [*base.get("concept", ()), *_nodes("concept", asked.absent)["concept"]]}


def _nodes(name: str, local: Iterable[str]) -> dict[str, Sequence[Value]]:
    found = [ox.NamedNode(terms.BASE + one) for one in local]
    return {name: found} if found else {}
