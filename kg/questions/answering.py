"""Answers questions about one ontology over one dataset."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import pyoxigraph as ox
from rapidfuzz import fuzz

from kg.ontology import terms
from kg.ontology.kinds import ConceptKind
from kg.questions.answer import Answer, AnsweringClaim
from kg.questions.notices import Notices
from kg.questions.search import Found, Searcher
from kg.questions.understand import STRONG, Asked, Listener
from kg.readers.text import TextReading
from kg.store.queries import Source
from kg.vocabulary.mentions import words
from kg.vocabulary.names import Names

PLAN: Final = "plan"
QUANTITY: Final = ConceptKind.ANALYTE
ABOUT_ITSELF: Final = ("governance", "reference")
SAME_TITLE: Final = 92.0
NEAREST: Final = 5
FEW: Final = 8
ALWAYS: Final = ("qualified by", "exception", "exception to")


class Asker:
    """Answers questions about one ontology over one dataset; made once, shared by all questions."""

    def __init__(self, names: Names, store: Source) -> None:
        self.names, self.ontology = names, names.ontology
        self.listener = Listener(names)
        self.searcher = Searcher(self.ontology, self.listener.customs, store)
        self.notices = Notices(self.ontology, self.listener.customs)

    def answer(self, question: str | TextReading) -> Answer:
        """The answer. What the articles do not say is not covered: never a guess."""
        asked = self.listener.listen(question)
        plan = self._plan(asked)
        found = plan or self._found(asked)
        covered = bool(found.claims)
        claims = [self._shown(name, "answers") for name in found.claims]
        if not plan:
            claims += [self._shown(name, "qualifies") for name in self._qualifying(found.claims)]
        return Answer(
            question=asked.text,
            intent=found.intent,
            concepts=tuple(dict.fromkeys([*asked.concepts, *asked.absent])),
            claims=tuple(claims),
            sparql=found.sparql,
            covered=covered,
            related=() if covered else tuple(self._shown(name, "nearest") for name in self._nearest(asked)),
            notice=self.notices.covered(asked, claims) if covered else self.notices.declined(asked),
        )

    def _shown(self, name: str, role: str) -> AnsweringClaim:
        claim = self.ontology.claims[name]
        return AnsweringClaim(claim, role, self.notices.note(claim))

    # -- what is found

    def _found(self, asked: Asked) -> Found:
        if asked.claims:
            nodes = [ox.NamedNode(terms.claim(name)) for name in asked.claims]
            return self.searcher.run(asked.intents[0].name, "sources-of-a-claim", {"claim": nodes})
        found = self.searcher.search(asked)
        return found if self._is_clear(asked) else Found(found.intent, found.sparql, ())

    def _is_clear(self, asked: Asked) -> bool:
        """Whether everything that was asked was understood, and something was asked."""
        something = asked.concepts or asked.absent or asked.words or asked.telling or asked.score >= STRONG
        return bool(something) and not (asked.vague or asked.unknown or asked.unstated)

    def _plan(self, asked: Asked) -> Found | None:
        """All that an article advises, when its title is asked, or how to manage just what it is about."""
        for article in self.ontology.articles.values():
            same = fuzz.ratio(_folded(asked.text), _folded(article.title)) >= SAME_TITLE
            whole = PLAN in {intent.name for intent in asked.intents} and self._is_clear(asked)
            about = whole and {*asked.concepts} == self._scope(article.id) and not (asked.absent or asked.words)
            if same or about:
                node = ox.NamedNode(terms.article(article.id))
                return self.searcher.run(PLAN, "plan-of-an-article", {"article": [node]})
        return None

    def _scope(self, article: str) -> set[str]:
        """The findings and conditions that an article is about."""
        subjects = self.searcher.subjects[article]
        return {name for name in subjects if self.ontology.concepts[name].kind != QUANTITY}

    def _qualifying(self, answers: Sequence[str]) -> Iterator[str]:
        """Claims that qualify or except those that answer; then those in tension with them, if the answers are few."""
        if not answers:
            return
        nodes = [ox.NamedNode(terms.claim(name)) for name in answers]
        rows = self.searcher.queries["questions/claims-in-tension"].rows(self.searcher.store, {"claim": nodes})
        seen = set(answers)
        for _, other, relation in sorted(rows, key=lambda row: row[2] not in ALWAYS):
            claim = self.ontology.claims[other.removeprefix("claim/")]
            wanted = relation in ALWAYS or len(answers) <= FEW
            if wanted and claim.id not in seen and claim.kind not in ABOUT_ITSELF:
                seen.add(claim.id)
                yield claim.id

    # -- what is not covered

    def _nearest(self, asked: Asked) -> list[str]:
        """The claims that come nearest to what was asked."""
        rows: list[tuple[str, ...]] = []
        meant = (*asked.concepts, *asked.absent)
        meant = tuple(self.searcher.meant(meant)) if asked.intents[0].drugs else meant
        if asked.number is not None and asked.articles:
            articles = [ox.NamedNode(terms.article(name)) for name in asked.articles]
            values: dict[str, Sequence[Any]] = {"article": articles, "number": [ox.Literal(asked.number)]}
            rows = self._rows("claims-citing-a-marker", values)
        elif meant:
            nodes = [ox.NamedNode(terms.BASE + name) for name in meant]
            rows = self._rows("claims-near-a-question", {"concept": nodes})
            rows.sort(key=lambda row: (-int(row[1]), -self.searcher.closeness(row[0].removeprefix("claim/"), meant)))
        elif asked.number is None and not asked.vague:
            rows = [(name,) for word in asked.words for name in self.searcher.saying(word)]
        return list(dict.fromkeys(row[0].removeprefix("claim/") for row in rows))[:NEAREST]

    def _rows(self, query: str, values: Mapping[str, Sequence[Any]]) -> list[tuple[str, ...]]:
        return self.searcher.queries[f"questions/{query}"].rows(self.searcher.store, values)


def _folded(text: str) -> str:
    return " ".join(word.text for word in words(text))
