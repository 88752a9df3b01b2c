"""Which query answers a question, and with which values: from the strictest reading to the widest that is still sound.

A concept that is asked about is never dropped. It may be met by what it is a kind of, where the intent allows that a
claim about a class holds of its members; and what an article's case is about may be met by the article as a whole.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import pyoxigraph as ox

from kg.ontology import terms
from kg.ontology.compiled import Ontology
from kg.ontology.kinds import TREATMENTS, ConceptKind
from kg.questions.question_language import Customs, Intent
from kg.questions.understand import ANY, STRONG, WEAK, Asked, texts
from kg.store.queries import FOLDER, Query, Source, Value, library, plain
from kg.vocabulary.mentions import spelled

SUBSTANCES: Final = TREATMENTS
BY_SUBSTANCE: Final = ("doses", "schedules")
TOGETHER: Final = 2
MANY: Final = 3
RANKED: Final = ("claims", "differences", "effects", "limits")
AGAINST: Final = "contraindication"
CONDITION: Final = ConceptKind.CONDITION
# which substances there are is asked, not whether it is one of those named
_OPEN: Final = re.compile(
    r"\b(?:what|which|anything)\b(?!\s+(?:is|are)\s+(?:(?:the|any)\s+)?\w+\s+(?:to|of|for|against)\b)", re.IGNORECASE
)
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
            name: frozenset(map(terms.local, index.values(terms.article(name), terms.DCTERMS + "subject")))
            for name in self.ontology.articles
        }

    @cached_property
    def background(self) -> frozenset[str]:
        """What any article is about."""
        return frozenset().union(*self.subjects.values())

    def search(self, asked: Asked) -> Found:
        """The first reading that some claim answers; else the strictest one, with no claims.

        An intent that is final, or asks for a detail, is not given up for another one. Where none answers whether a
        substance is to be given, weaker ones do; then what is said of everything together: of two things if the
        intents are soft, of three in any case.
        """
        strictest: Found | None = None
        giving = all(intent.drugs for intent in asked.intents)
        weaker = [(intent, replace(asked, score=WEAK)) for intent in asked.weaker if intent.drugs and giving]
        for intent, given in [*((intent, asked) for intent in asked.intents), *weaker]:
            for query, values in self._readings(intent, given):
                found = self.run(intent.name, query, values)
                if found.claims and self._in_manner(found, asked):
                    return self._ranked(found, asked) if intent.query in RANKED else found
                strictest = strictest or replace(found, claims=())
            if _exacting(intent, asked):
                break
        assert strictest is not None, "every intent has a reading"
        return self._together(asked, strictest)

    def _together(self, asked: Asked, strictest: Found) -> Found:
        """Every claim about all the concepts and words, whatever it concludes."""
        things = len(asked.concepts) + len(asked.words) + len(asked.telling)
        soft = all(intent.soft for intent in asked.intents)
        exacting = any(_exacting(intent, asked) for intent in asked.intents)
        if exacting or not asked.concepts or things < (TOGETHER if soft else MANY):
            return strictest
        for query, values in self._of_claims(ANY, replace(asked, score=0)):
            found = self.run(strictest.intent, query, values)
            if found.claims and self._in_manner(found, asked):
                return self._ranked(found, asked)
        return strictest

    def _in_manner(self, found: Found, asked: Asked) -> bool:
        """Whether what is asked of the manner is said by some claim; claims against it altogether say it of any."""
        if found.claims and all(self._forbids(name) for name in found.claims):
            return True
        return all(any(self._says(name, pattern) for name in found.claims) for pattern in asked.manner)

    def _forbids(self, name: str) -> bool:
        return any(conclusion in self.forbidding for conclusion, _ in self.ontology.claims[name].conclusions)

    @cached_property
    def forbidding(self) -> frozenset[str]:
        """The ways of concluding that answer what is contraindicated."""
        return frozenset(name for one in self.customs.intents if one.name == AGAINST for name in one.conclusions)

    def _says(self, name: str, pattern: str) -> bool:
        said = " ".join(texts(self.ontology.claims[name]))
        return re.search(pattern, said, re.IGNORECASE) is not None

    def _ranked(self, found: Found, asked: Asked) -> Found:
        """First claims about what was asked, by its very names; of those, about kinds of it; then about little else."""
        wanted = {*asked.concepts, *asked.absent}
        kinds = {below for one in wanted for below in self.ontology.descendants(one)} - wanted

        def rank(name: str) -> tuple[int, int, int, int, str]:
            about = self.about[name]
            manner = sum(self._says(name, pattern) for pattern in asked.manner)
            return -manner, -len(wanted & about), -len(kinds & about), len(about), name

        return replace(found, claims=tuple(sorted(found.claims, key=rank)))

    @cached_property
    def about(self) -> Mapping[str, frozenset[str]]:
        """What each claim is about."""
        index = self.ontology.index
        return {
            name: frozenset(map(terms.local, index.values(terms.claim(name), terms.DCTERMS + "subject")))
            for name in self.ontology.claims
        }

    def closeness(self, name: str, concepts: Iterable[str]) -> float:
        """How much of what is said of some concepts one claim says: a rare concept weighs more."""
        return sum(1 / self.spoken_of[concept] for concept in concepts if concept in self.about[name])

    @cached_property
    def spoken_of(self) -> Mapping[str, int]:
        """How many claims are about a concept."""
        return Counter(concept for about in self.about.values() for concept in about)

    def run(self, intent: str, query: str, values: Values) -> Found:
        """One query with its values; the claims are its first column."""
        text = self.queries[f"questions/{query}"].bind(values)
        rows = self.store(text) if callable(self.store) else self.store.query(text, use_default_graph_as_union=True)
        assert isinstance(rows, ox.QuerySolutions)
        return Found(intent, text, tuple(dict.fromkeys(plain(row[0]).removeprefix("claim/") for row in rows)))

    def saying(self, word: str) -> tuple[str, ...]:
        """The claims with a word, whatever they conclude."""
        values = _nodes("conclusion", ANY.conclusions) | _texts("word", [word])
        return self.run(ANY.name, "claims-for-a-question", values).claims

    # -- readings

    def _readings(self, intent: Intent, asked: Asked) -> Iterator[tuple[str, Values]]:
        match intent.query:
            case "sources":
                yield from self._of_sources(asked)
            case "differences":
                narrower = replace(intent, conclusions=_others(intent, asked))
                for one in (narrower, intent) if narrower.conclusions else (intent,):
                    yield from self._of_claims(one, asked)
            case "governance":
                yield "governance-for-a-question", self._articles(asked) | self._sides(asked)
            case _:
                yield from self._of_claims(intent, asked)

    def _of_sources(self, asked: Asked) -> Iterator[tuple[str, Values]]:
        """Entries of a list of references, or claims whose markers lead to one."""
        if asked.number is not None or not (asked.concepts or asked.words):
            number = {"number": [ox.Literal(asked.number)]} if asked.number is not None else {}
            yield "references-for-a-question", self._articles(asked) | number
            return
        words = _texts("word", asked.words)
        for concepts in self._concepts(asked.concepts, broader=False):
            yield "sources-for-a-question", concepts | words | self._articles(asked)

    def _sides(self, asked: Asked) -> dict[str, Sequence[Value]]:
        """The sides of an article that the cues ask for."""
        table = self.customs.governance
        return _texts("about", [side for side, cues in table.items() if {*map(_spelled, cues)} & {*asked.cues}])

    def _of_claims(self, intent: Intent, asked: Asked) -> Iterator[tuple[str, Values]]:
        """Readings with the concepts as they stand, then with the substances that some of them stand for."""
        given = tuple(self.meant(asked.concepts))
        concepts = given if intent.drugs else asked.concepts
        dosed = tuple(self.customs.dosed.get(one, one) for one in given) if intent.query in BY_SUBSTANCE else given
        for meant in dict.fromkeys((concepts, given, dosed)):
            yield from self._about(intent, asked, meant)

    def _about(self, intent: Intent, asked: Asked, concepts: Sequence[str]) -> Iterator[tuple[str, Values]]:
        name = f"{intent.query}-for-a-question"
        fixed = self._articles(asked) | self._fixed(intent, asked)
        if intent.query in BY_SUBSTANCE:
            substances = [one for one in concepts if self.ontology.concepts[one].kind in SUBSTANCES]
            fixed |= _nodes("substance", substances)
        broader = intent.broader and any(self.ontology.concepts[one].kind != CONDITION for one in concepts)
        for narrowed in self._targets(intent, asked, concepts):
            for about in self._concepts(concepts, broader, self._measured(asked)):
                for absent in self._absent(asked, about):
                    for words in self._words(intent, asked):
                        yield name, fixed | narrowed | absent | words

    def _fixed(self, intent: Intent, asked: Asked) -> dict[str, Sequence[Value]]:
        """What an intent always binds, and what the cues make it bind."""
        found = _texts("printed", _said(intent.printed, asked.cues))
        found |= _texts("measure", _said(intent.measures, asked.cues))
        return found | _nodes("conclusion", intent.conclusions) | _texts("kind", intent.kinds)

    def _articles(self, asked: Asked) -> dict[str, Sequence[Value]]:
        return _nodes("article", [f"article/{name}" for name in asked.articles]) if asked.articles else {}

    def meant(self, concepts: Iterable[str]) -> Iterator[str]:
        """The substance that is given, for a quantity that bears its name."""
        for concept in concepts:
            yield self.customs.drugs.get(concept, concept)

    def _words(self, intent: Intent, asked: Asked) -> Iterator[dict[str, Sequence[Value]]]:
        """All words; then the telling ones alone, where the intent is clear and concepts are left."""
        if asked.words:
            yield _texts("word", [*asked.telling, *asked.words])
        if not asked.words or (asked.score >= STRONG and asked.concepts):
            yield _texts("word", asked.telling)

    def _targets(self, intent: Intent, asked: Asked, concepts: Sequence[str]) -> Iterator[dict[str, Sequence[Value]]]:
        """What a claim must conclude something of: where it is asked what speaks against a substance, of that one.

        What it is a kind of counts. Without that, a claim against another substance would answer, of which the one
        asked about is but a condition.
        """
        substances = [one for one in self.meant(concepts) if self.ontology.concepts[one].kind in SUBSTANCES]
        if intent.name == AGAINST and substances and not _OPEN.search(asked.text):
            below = (other for one in substances for other in self.ontology.descendants(one))
            above = (other for one in substances for other in self.ontology.ancestors(one))
            against = dict.fromkeys((*substances, *below, *above))
            excepted = (f"claim/{name}" for name in self.ontology.claims if self._concludes(name, against))
            yield _nodes("target", (*against, *excepted))
            return
        if intent.target and len(concepts) == 1:
            yield _nodes("target", concepts)
        yield {}

    def _concludes(self, name: str, targets: Collection[str]) -> bool:
        return any(target in targets for _, target in self.ontology.claims[name].conclusions)

    def _measured(self, asked: Asked) -> frozenset[str]:
        """The findings of quantities that are asked about themselves, as such or as the treatment."""
        quantities = {one for one in self.customs.drugs if self.customs.drugs[one] in asked.concepts} | {
            *asked.concepts
        }
        found = (self.ontology.concepts[one] for one in asked.concepts)
        return frozenset(concept.name for concept in found if concept.axis and concept.axis[0] in quantities)

    def _concepts(
        self, concepts: Sequence[str], broader: bool, front: Collection[str] = ()
    ) -> Iterator[dict[str, Sequence[Value]]]:
        """Each concept by itself; then the article's case for what is background; then what a concept is a kind of.

        `front` are those that the question is about: no article's case meets them.
        """
        back = [one for one in concepts if one in self.background and one not in front]
        front = [one for one in concepts if one not in back]
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


def _exacting(intent: Intent, asked: Asked) -> bool:
    """Whether nothing but what an intent asks for is an answer."""
    return intent.final or any(_said(table, asked.cues) for table in (intent.printed, intent.measures))


def _others(intent: Intent, asked: Asked) -> tuple[str, ...]:
    """The ways of concluding that the other intents of a question ask for."""
    return tuple(dict.fromkeys(name for one in asked.intents if one is not intent for name in one.conclusions))


def _nodes(name: str, local: Iterable[str]) -> dict[str, Sequence[Value]]:
    found = [ox.NamedNode(terms.BASE + one) for one in local]
    return {name: found} if found else {}


def _texts(name: str, given: Iterable[str]) -> dict[str, Sequence[Value]]:
    found = [ox.Literal(one) for one in given]
    return {name: found} if found else {}


def _spelled(cue: str) -> str:
    return " ".join(spelled(cue))


def _said(table: Mapping[str, Sequence[str]], cues: Iterable[str]) -> Mapping[str, None]:
    """What a table says of the cues that were found."""
    by_cue = {_spelled(cue): given for cue, given in table.items()}
    return dict.fromkeys(one for cue in cues for one in by_cue.get(cue, ()))
