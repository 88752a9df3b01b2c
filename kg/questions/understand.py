"""What a question asks, softly: words with their weights, concepts, readings with their chances, texts, figures.

Nothing here declines: a word that nobody knows costs nothing but its weight.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from kg.ontology.compiled import Ontology
from kg.questions.claim_index import ClaimIndex
from kg.questions.courtesy import Courtesy
from kg.questions.figures import Figures
from kg.questions.language import QuestionLanguage
from kg.questions.tokens import QuestionToken, Spelling, Tokenizer
from kg.vocabulary.mentions import NameHit, Table, folded_words, words
from kg.vocabulary.names import fold

TELLING: Final = 3.0
NEAR: Final = 4
PART: Final = 2
BESIDE: Final = 3
_CLAIM: Final = re.compile(r"\b[A-Z]\d+-\d{2,}\b")
_REFERENCE: Final = re.compile(r"\b(?:reference|ref)s?\.?\s*(?:number|no\.?|#)?\s*\[?(\d+)", re.I)
_STEP: Final = re.compile(r"\bstep\s*(?:number|no\.?)?\s*(\d)\b", re.IGNORECASE)
_BETWEEN: Final = re.compile(r"(?<=[,;:.?!])\s+")


@dataclass(frozen=True)
class UnderstoodQuestion:
    """A question, understood.

    `core` is the text without the names of texts ("the ... article"); `words` are its stems that say something, each
    once; `readings` a distribution over what is asked for; `clauses` how many of its clauses say something; `unknown`
    the words that neither claims, concepts nor this language have; `respelled` pairs words as written with words as
    read; `texts` the chance of each article of being named; `about` the articles whose subject the words fit best;
    `sides` whether several texts are set side by side.
    """

    text: str
    core: str
    words: tuple[str, ...]
    tokens: tuple[QuestionToken, ...]
    concepts: tuple[str, ...]
    denied: tuple[str, ...]
    readings: Mapping[str, float]
    figures: tuple[str, ...]
    units: frozenset[str]
    numbers: tuple[str, ...]
    texts: Mapping[str, float]
    about: tuple[str, ...]
    step: int | None
    reference: int | None
    claims: tuple[str, ...]
    lists: bool
    counts: bool
    compares: bool
    sides: bool
    unknown: tuple[str, ...]
    respelled: tuple[tuple[str, str], ...]
    clauses: int

    @property
    def several(self) -> bool:
        """Whether more than one thing is asked for: a list, a number of things, what texts say, two questions."""
        return self.counts or self.compares or self.sides or self.clauses > 1 or self.lists

    @property
    def intent(self) -> str:
        """The likeliest reading."""
        return max(self.readings, key=lambda name: self.readings[name], default="interpretation")


class Listener:
    """Understands questions about one ontology; made once, shared by all questions."""

    def __init__(self, index: ClaimIndex, language: QuestionLanguage, tokenizer: Tokenizer) -> None:
        self.index, self.language, self.tokenizer = index, language, tokenizer
        self.courtesy = Courtesy(language)
        self.ontology: Ontology = index.ontology
        self.cues = Table(
            [(cue, (r.name, 1.0)) for r in language.readings for cue in r.cues]
            + [(cue, (r.name, TELLING)) for r in language.readings for cue in r.telling]
        )
        self.figures = Figures(self.ontology, language)
        self.forms = {
            name: Table([(cue, name) for cue in cues])
            for name, cues in (
                ("lists", language.lists), ("counts", language.counts), ("compares", language.comparisons),
                ("negations", language.negations), ("texts", language.texts),
            )
        }  # fmt: skip
        self.names = Table(
            [
                (name, concept.name)
                for concept in self.ontology.concepts.values()
                for name in (concept.label, *concept.synonyms, *concept.related)
            ]
        )

    @cached_property
    def spelling(self) -> Spelling:
        """Every word that a claim, a concept or the language is written with."""
        texts = [
            text
            for claim in self.ontology.claims.values()
            for text in (claim.sentence, claim.passage.section, *claim.asks, *claim.index_terms)
        ]
        texts += [n for c in self.ontology.concepts.values() for n in (c.label, *c.synonyms, *c.related)]
        texts += [cue for reading in self.language.readings for cue in (*reading.cues, *reading.telling)]
        texts.append(self.language.function)
        return Spelling(word for text in texts for word in folded_words(text))

    def listen(self, question: str) -> UnderstoodQuestion:
        """What a question asks."""
        text, respelled = self._respelled(self.courtesy(question))
        return replace(self._understand(text, respelled), text=question)

    def _respelled(self, text: str) -> tuple[str, tuple[tuple[str, str], ...]]:
        """The text with misspelt words replaced, and each as written with what it was read as."""
        found, pairs, end = [], [], 0
        for word in words(text):
            better = None if fold(word.text) in self.tokenizer.short else self.spelling.correct(word.text)
            if better:
                found += [text[end : word.start], better]
                pairs.append((text[word.start : word.end], better))
                end = word.end
        return "".join((*found, text[end:])), tuple(pairs)

    def _understand(self, text: str, respelled: tuple[tuple[str, str], ...]) -> UnderstoodQuestion:
        texts, core = self._texts(text)
        tokens = self.tokenizer(core)
        content = [token for token in tokens if token.stem not in self.tokenizer.function]
        plain = " ".join(token.text for token in tokens)
        mentions, negations = self._mentions(core), self.forms["negations"].find(core)
        denied = {hit.start for hit in mentions if _negated(core, hit, mentions, negations)}
        step, reference = _STEP.search(text), _REFERENCE.search(text)
        return UnderstoodQuestion(
            text=text,
            core=core,
            words=_each(token.stem for token in content),
            tokens=tuple(content),
            concepts=_each(name for hit in mentions for name in hit.meanings if hit.start not in denied),
            denied=_each(name for hit in mentions for name in hit.meanings if hit.start in denied),
            readings=self._readings(plain),
            figures=self.figures.asked(core, mentions),
            units=self.figures.units(core),
            numbers=_each(token.text for token in content if token.is_number),
            texts=texts,
            about=tuple(texts or self._fits(core)),
            step=int(step[1]) if step else None,
            reference=int(reference[1]) if reference else None,
            claims=_each(name for name in _CLAIM.findall(text) if name in self.ontology.claims),
            lists=bool(self.forms["lists"].find(plain)),
            counts=bool(self.forms["counts"].find(plain)),
            compares=bool(self.forms["compares"].find(plain)),
            sides=len(texts) > 1 or self._several(text),
            unknown=_each(token.text for token in content if self._unknown(token)),
            respelled=respelled,
            clauses=self._clauses(text),
        )

    def _several(self, text: str) -> bool:
        """Whether a question speaks of the texts in the plural."""
        return any(text[hit.start : hit.end].lower().endswith("s") for hit in self.forms["texts"].find(text))

    def _mentions(self, text: str) -> tuple[NameHit[str], ...]:
        """The concepts named; a word written in haste is read in full."""
        return self.names.find(text)

    def _unknown(self, token: QuestionToken) -> bool:
        return not token.is_number and token.stem not in self.index.frequency and token.text not in self.spelling.known

    # -- readings

    def _readings(self, text: str) -> dict[str, float]:
        """Reading → its chance by the cues that the question has."""
        scores: dict[str, float] = {}
        for hit in self.cues.find(text):
            for name, weight in hit.meanings:
                scores[name] = scores.get(name, 0.0) + weight / len(hit.meanings)
        total = sum(scores.values()) or 1.0
        return {name: score / total for name, score in sorted(scores.items())}

    # -- clauses

    def _clauses(self, text: str) -> int:
        """How many clauses of a question say something: between stops, and on either side of a word that joins."""
        joint = "|".join(re.escape(word) for word in self.language.joints)
        parts = (part for sentence in _BETWEEN.split(text) for part in re.split(rf"\s+(?:{joint})\s+", sentence))
        return sum(len(self.tokenizer.content(part)) >= PART for part in parts)

    # -- the texts themselves

    def _texts(self, text: str) -> tuple[dict[str, float], str]:
        """Article → how well what stands beside `article` names it, and the text without such names.

        An identifier names its article; else the words beside fit its title and what it is about.
        """
        found = {name: 1.0 for name in self.ontology.articles if re.search(rf"\b{name}\b(?!-)", text, re.IGNORECASE)}
        core = text
        for hit in self.forms["texts"].find(text):
            before = words(text[: hit.start])[-BESIDE:]
            for size in range(len(before), 0, -1):
                fits = self._fits(text[before[-size].start : hit.start])
                if fits and (size == 1 or before[-size].text not in self.tokenizer.function):
                    found.update(fits)
                    core = core.replace(text[before[-size].start : hit.end], " ")
                    break
            else:
                if not text[hit.start : hit.end].lower().endswith("s"):
                    found.update(self._fits(" ".join(word.text for word in words(text[hit.end :])[:NEAR])))
        return found, core if self.tokenizer.content(core) else text

    def _fits(self, beside: str) -> dict[str, float]:
        """Article → the share of the words beside that tell it from the other articles."""
        stems = {token.stem for token in self.tokenizer.content(beside)}
        concepts = {name for hit in self.names.find(beside) for name in hit.meanings}
        titles = self._titles
        scores = {}
        for name, (title, subjects) in titles.items():
            own = sum(1 / sum(w in other for other, _ in titles.values()) for w in stems & title)
            same = sum(1 / sum(c in other for _, other in titles.values()) for c in concepts & subjects)
            scores[name] = own + 2 * same
        best = max(scores.values(), default=0.0)
        return {name: score / best for name, score in scores.items() if best >= 1 and score > 0.6 * best}

    @cached_property
    def _titles(self) -> Mapping[str, tuple[frozenset[str], frozenset[str]]]:
        """Article → the stems of its title, and the concepts it is about."""
        subject = "http://purl.org/dc/terms/subject"
        return {
            name: (
                frozenset(token.stem for token in self.tokenizer.content(article.title)),
                frozenset(
                    iri.rpartition("/")[2]
                    for iri in self.ontology.index.values(f"https://w3id.org/warrant/article/{name}", subject)
                ),
            )
            for name, article in self.ontology.articles.items()
        }


def _negated(text: str, hit: NameHit[str], mentions: Sequence[NameHit[str]], negations: Sequence[NameHit[str]]) -> bool:
    """Whether a negation stands in the few words before a name, with no other name between."""
    before = max((other.end for other in mentions if other.end <= hit.start), default=0)
    return any(
        before <= other.start < hit.start and len(words(text[other.end : hit.start])) <= NEAR for other in negations
    )


def _each(items: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(items))


__all__ = ["Listener", "UnderstoodQuestion"]
