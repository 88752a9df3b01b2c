"""The answer to a question about medicine (INTERFACE.md, "An answer to a knowledge question")."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import pyoxigraph as ox
from rapidfuzz import fuzz

from kg import terms
from kg.assess import NOTICE
from kg.entries import Claim
from kg.mentions import words
from kg.names import Names
from kg.ontology import Ontology
from kg.queries import Source
from kg.questions.search import Found, Searcher
from kg.questions.understand import STRONG, Asked, Listener
from kg.text import TextReading

PLAN: Final = "plan"
QUANTITY: Final = "analyte"
ABOUT_ITSELF: Final = ("governance", "reference")
SAME_TITLE: Final = 92.0
NEAREST: Final = 8
FEW: Final = 8
ALWAYS: Final = ("qualified by", "exception", "exception to")


@dataclass(frozen=True)
class AnsweringClaim:
    """A claim in an answer. `role` is `answers`, `qualifies` (to be read beside it) or `nearest`."""

    claim: Claim
    role: str

    def to_json(self) -> dict[str, Any]:
        place = self.claim.passage
        markers = [
            {"number": marker.number, "state": marker.state, "reference": marker.reference or None}
            for marker in self.claim.markers
        ]
        source = {"article": place.article, "section": place.section, "start": place.start, "end": place.end}
        return {
            "id": self.claim.id,
            "sentence": self.claim.sentence,
            "role": self.role,
            "sources": [{**source, "digest": place.digest, "markers": markers}],
        }


@dataclass(frozen=True)
class Answer:
    """What the articles say to a question, the query that found it, or that they do not say it."""

    question: str
    intent: str
    concepts: tuple[str, ...]
    claims: tuple[AnsweringClaim, ...]
    sparql: str
    covered: bool
    related: tuple[AnsweringClaim, ...]
    notice: str

    def to_json(self, codes: Mapping[str, str]) -> dict[str, Any]:
        """The form of INTERFACE.md; `codes` gives the vocabulary code of each concept."""
        return {
            "question": self.question,
            "intent": self.intent,
            "concepts": [codes[name] for name in self.concepts],
            "claims": [item.to_json() for item in self.claims],
            "sparql": self.sparql,
            "covered": self.covered,
            "related": [item.to_json() for item in self.related],
            "notice": self.notice,
        }

    def ids(self, role: str = "answers") -> tuple[str, ...]:
        """The claims in a role."""
        return tuple(item.claim.id for item in self.claims if item.role == role)


class Asker:
    """Answers questions about one ontology over one dataset; made once, shared by all questions."""

    def __init__(self, names: Names, store: Source) -> None:
        self.names, self.ontology = names, names.ontology
        self.listener = Listener(names)
        self.searcher = Searcher(self.ontology, self.listener.customs, store)

    def answer(self, question: str | TextReading) -> Answer:
        """The answer. What the articles do not say is not covered: never a guess."""
        asked = self.listener.listen(question)
        plan = self._plan(asked)
        found = plan or self._found(asked)
        covered = bool(found.claims)
        claims = [AnsweringClaim(self.ontology.claims[name], "answers") for name in found.claims]
        if not plan:
            claims += self._qualifying(found.claims)
        return Answer(
            question=asked.text,
            intent=found.intent,
            concepts=tuple(dict.fromkeys([*asked.concepts, *asked.absent])),
            claims=tuple(claims),
            sparql=found.sparql,
            covered=covered,
            related=() if covered else tuple(self._nearest(asked)),
            notice=self._notice(claims) if covered else self._decline(asked),
        )

    # -- what is found

    def _found(self, asked: Asked) -> Found:
        if asked.claims:
            nodes = [ox.NamedNode(str(terms.claim(name))) for name in asked.claims]
            return self.searcher.run(asked.intents[0].name, "sources-of-a-claim", {"claim": nodes})
        found = self.searcher.search(asked)
        return found if self._is_clear(asked) else Found(found.intent, found.sparql, ())

    def _is_clear(self, asked: Asked) -> bool:
        """Whether everything that was asked was understood, and something was asked."""
        something = asked.concepts or asked.absent or asked.words or asked.score >= STRONG
        return bool(something) and not asked.unknown and not asked.unstated

    def _plan(self, asked: Asked) -> Found | None:
        """All that an article advises, when its title is asked, or how to manage just what it is about."""
        for article in self.ontology.articles.values():
            same = fuzz.ratio(_folded(asked.text), _folded(article.title)) >= SAME_TITLE
            whole = PLAN in {intent.name for intent in asked.intents} and self._is_clear(asked)
            about = whole and {*asked.concepts} == self._scope(article.id) and not (asked.absent or asked.words)
            if same or about:
                node = ox.NamedNode(str(terms.article(article.id)))
                return self.searcher.run(PLAN, "plan-of-an-article", {"article": [node]})
        return None

    def _scope(self, article: str) -> set[str]:
        """The findings and conditions that an article is about."""
        subjects = self.searcher.subjects[article]
        return {name for name in subjects if self.ontology.concepts[name].kind != QUANTITY}

    def _qualifying(self, answers: Sequence[str]) -> Iterator[AnsweringClaim]:
        """Claims that qualify, except or contradict those that answer; tensions only where the answers are few."""
        if not answers:
            return
        nodes = [ox.NamedNode(str(terms.claim(name))) for name in answers]
        rows = self.searcher.queries["questions/claims-in-tension"].rows(self.searcher.store, {"claim": nodes})
        seen = set(answers)
        for _, other, relation in rows:
            claim = self.ontology.claims[other.removeprefix("claim/")]
            wanted = relation in ALWAYS or len(answers) <= FEW
            if wanted and claim.id not in seen and claim.kind not in ABOUT_ITSELF:
                seen.add(claim.id)
                yield AnsweringClaim(claim, "qualifies")

    # -- what is not covered

    def _nearest(self, asked: Asked) -> Iterator[AnsweringClaim]:
        """The claims that come nearest to what was asked."""
        rows: list[tuple[str, ...]] = []
        meant = self.searcher.meant(asked.intents[0], (*asked.concepts, *asked.absent))
        concepts = [ox.NamedNode(terms.BASE + name) for name in meant]
        if asked.number is not None and asked.articles:
            articles = [ox.NamedNode(str(terms.article(name))) for name in asked.articles]
            values: dict[str, Sequence[Any]] = {"article": articles, "number": [ox.Literal(asked.number)]}
            rows = self._rows("claims-citing-a-marker", values)
        elif concepts:
            rows = self._rows("claims-near-a-question", {"concept": concepts})
        for name in list(dict.fromkeys(row[0].removeprefix("claim/") for row in rows))[:NEAREST]:
            yield AnsweringClaim(self.ontology.claims[name], "nearest")

    def _rows(self, query: str, values: Mapping[str, Sequence[Any]]) -> list[tuple[str, ...]]:
        return self.searcher.queries[f"questions/{query}"].rows(self.searcher.store, values)

    # -- words

    def _notice(self, claims: Iterable[AnsweringClaim]) -> str:
        articles = sorted({item.claim.article for item in claims})
        return f"{NOTICE} {self._review(articles)}"

    def _review(self, names: Iterable[str]) -> str:
        found = [self.ontology.articles[name] for name in names]
        return " ".join(f"Article {a.id} of {a.modified}: human review {a.human_review}." for a in found)

    def _decline(self, asked: Asked) -> str:
        return f"The articles do not cover this: {self._why(asked)} {NOTICE}"

    def _why(self, asked: Asked) -> str:
        if asked.unstated:
            return f"no claim of theirs states: {', '.join(asked.unstated)}."
        if asked.unknown:
            return f"they say nothing of {', '.join(f'“{word}”' for word in asked.unknown)}."
        labels = [self.ontology.label(name) for name in (*asked.concepts, *asked.absent)]
        if not labels:
            return "nothing in the question names what they are about."
        return f"no claim of theirs answers it ({asked.intents[0].name.replace('_', ' ')}: {', '.join(labels)})."


def _folded(text: str) -> str:
    return " ".join(word.text for word in words(text))


@lru_cache(maxsize=4)
def _asker(names: Names, store: ox.Store) -> Asker:
    return Asker(names, store)


def answer(ontology: Ontology, names: Names, store: ox.Store, question: str | TextReading) -> Answer:
    """The answer to a question over a dataset of the ontology."""
    assert names.ontology is ontology, "names of another ontology"
    return _asker(names, store).answer(question)


__all__ = ["Answer", "AnsweringClaim", "Asker", "answer"]
