"""What a question asks: its intents, the concepts it is about, those it wants absent, its other words.

A word that is neither a name nor a cue, that no claim uses and that is no general word, is *unknown*: the articles say
nothing of it, and the question is not answered as if it were not there. It is read as a name or a cue that differs in
a letter or two where just one does; the answer says so.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final, Protocol

from kg.ontology.compiled import Ontology
from kg.ontology.model import Claim
from kg.questions.question_language import Customs, Intent, read_customs
from kg.questions.spelling import Spelling
from kg.readers.text import Kind, Span, TextReading, read_text
from kg.vocabulary.mentions import Hit, Table, Word, spelled, words
from kg.vocabulary.names import Names, fold

STRONG, WEAK = 2, 1
NEAR: Final = 4
TEXTS: Final = ("sentence", "means", "reason", "purpose", "holdsOf", "window", "substanceNote")
ANY: Final = Intent(name="interpretation", conclusions=("concludes",))
_ENDINGS: Final = (
    "ations", "ation", "ive", "ically", "ating", "ments", "ment", "ness", "ings", "ical", "ing", "ity", "ies", "ied",
    "ely", "ate", "ed", "es", "ly", "al", "ic", "er", "s", "e", "y",
)  # fmt: skip
_NUMBERED: Final = re.compile(r"\b(?:reference|ref|marker|citation|source)s?\.?\s*(?:number|no\.?|#)?\s*\[?(\d+)", re.I)
_PERCENT: Final = re.compile(r"\s*%")
_START: Final = Span(0, 0)
_CLAIM: Final = re.compile(r"\b[A-Z]\d+-\d{2,}\b")


@dataclass(frozen=True)
class Asked:
    """What a question asks. `intents` fit equally well, the first to be tried first; `score` says how well; `weaker`
    fit less well.

    `words` and `telling` are patterns (regular expressions) for words of a claim: the claim that answers has the
    telling ones, and the others if any claim has them. `manner` are patterns of which each must fit some claim that
    answers, such as that of an adverb. `unstated` are phrases that ask for what no claim can state;
    `narrower` pairs names as written with a concept that is wider or only near, `respelled` words as written with
    words as read.
    """

    text: str
    intents: tuple[Intent, ...]
    weaker: tuple[Intent, ...]
    score: int
    cues: tuple[str, ...]
    concepts: tuple[str, ...]
    absent: tuple[str, ...]
    words: tuple[str, ...]
    telling: tuple[str, ...]
    manner: tuple[str, ...]
    unknown: tuple[str, ...]
    unstated: tuple[str, ...]
    articles: tuple[str, ...]
    claims: tuple[str, ...]
    number: int | None
    narrower: tuple[tuple[str, str], ...] = ()
    respelled: tuple[tuple[str, str], ...] = ()

    @property
    def vague(self) -> bool:
        """Whether a single thing is named and nothing asked of it."""
        return self.score == 0 and not (self.words or self.telling) and len({*self.concepts, *self.absent}) < 2


class _Spanned(Protocol):
    """Anything at [start, end) of the text."""

    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...


@dataclass(frozen=True)
class _Place:
    """A concept at [start, end)."""

    start: int
    end: int
    concept: str
    exact: bool = True


def stem(word: str) -> str:
    """The part of a folded word that its forms share, four letters at least.

    >>> stem("monitoring") == stem("monitored"), stem("mortality"), stem("of")
    (True, 'mortal', 'of')
    """
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


class Listener:
    """Understands questions about one ontology; made once, shared by all questions."""

    def __init__(self, names: Names) -> None:
        self.names, self.ontology = names, names.ontology
        self.customs: Customs = read_customs(self.ontology)
        intents = self.customs.intents
        self.cues = Table(
            [(cue, (place, STRONG)) for place, intent in enumerate(intents) for cue in intent.cues]
            + [(cue, (place, STRONG)) for place, intent in enumerate(intents) for cue in intent.telling]
            + [(cue, (place, WEAK)) for place, intent in enumerate(intents) for cue in intent.weak]
        )
        self.telling = Table([(cue, cue) for intent in intents for cue in intent.telling])
        self.articles = Table([(name, key) for key, names_ in self.customs.articles.items() for name in names_])
        self.more_names = Table([(name, key) for key, names_ in self.customs.names.items() for name in names_])
        self.unstated = Table([(phrase, phrase) for phrase in self.customs.unstated])
        self.negations = Table([(phrase, phrase) for phrase in self.customs.negations])
        self.general = {form for word in self.customs.general_words for form in (word, stem(word))}
        self.alike = {stem(fold(word)): group for group in self.customs.alike for word in group}
        self.manner = {fold(word): tuple(map(stem, map(fold, said))) for word, said in self.customs.manner.items()}
        self.lexicon = _forms(self.ontology)
        self.spelling = Spelling(self.names, self.customs)
        self.positions = {position: set(map(fold, group)) for position, group in self.customs.positions.items()}
        self.shown = {concept.axis: concept.name for concept in self.ontology.concepts.values() if concept.axis}

    def listen(self, question: str | TextReading) -> Asked:
        """What the question asks."""
        whole = question if isinstance(question, str) else question.text
        text = whole if isinstance(question, str) else _general(question)
        asked = replace(self._listen(question, text), text=whole)
        better = {word: found for word in asked.unknown if (found := self.spelling.correct(word))}
        if not better:
            return asked
        again = re.sub("|".join(rf"\b{re.escape(word)}\b" for word in better), lambda found: better[found[0]], text)
        return replace(self._listen(again, again), text=whole, respelled=tuple(better.items()))

    def _listen(self, question: str | TextReading, text: str) -> Asked:
        articles = self.articles.find(text)
        places = self._places(question, text, articles)
        cues = tuple(hit for hit in self.cues.find(text) if not _within(hit.start, hit.end, [*places, *articles]))
        unstated = self.unstated.find(text)
        intents, weaker, score = self._intents(cues)
        negations = [hit for hit in self.negations.find(text) if not _within(hit.start, hit.end, [*cues, *unstated])]
        left = list(self._rest(text, [*places, *articles, *cues, *unstated, *negations]))
        manner = [word for word in left if word.text in self.manner]
        rest = [word for word in left if word not in manner]
        telling = [word for hit in self._telling(cues, text) for word in words(text[hit.start : hit.end])]
        absent = {place for place in places if _negated(text, place, places, negations)}
        number = _NUMBERED.search(text)
        return Asked(
            text=text,
            intents=intents,
            weaker=weaker,
            score=score,
            cues=tuple(" ".join(spelled(text[hit.start : hit.end])) for hit in cues),
            concepts=_each(place.concept for place in places if place not in absent),
            absent=_each(place.concept for place in places if place in absent),
            words=_each(self._pattern(word, text) for word in rest if self._known(word.text)),
            telling=_each(self._pattern(word, text) for word in telling if not self._general(word.text)),
            manner=_each(self._written(self.manner[word.text]) for word in manner),
            unknown=_each(text[word.start : word.end] for word in rest if not self._known(word.text)),
            unstated=_each(text[hit.start : hit.end] for hit in unstated),
            articles=_each(key for hit in articles for key in hit.meanings),
            claims=_each(name for name in _CLAIM.findall(text) if name in self.ontology.claims),
            number=int(number[1]) if number else None,
            narrower=_pairs(text, (place for place in places if not place.exact)),
        )

    def _telling(self, cues: Sequence[Hit[tuple[int, int]]], text: str) -> Iterator[Hit[str]]:
        """The cues that must stand in the claim too."""
        return (hit for hit in self.telling.find(text) if any((hit.start, hit.end) == (c.start, c.end) for c in cues))

    # -- concepts

    def _places(self, question: str | TextReading, text: str, articles: Sequence[Hit[str]]) -> list[_Place]:
        """The concepts named, from left to right, those in the name of an article left out."""
        reading = read_text(text, self.names, datetime.date.max) if isinstance(question, str) else question
        found = [
            _Place(item.start, item.end, item.concept, item.exact)
            for item in reading.mentions
            if text[item.start : item.end].strip()
        ]
        found += [
            _Place(hit.start, hit.end, hit.meanings[0])
            for hit in self.more_names.find(text)
            if not _overlaps(hit.start, hit.end, found)
        ]
        kept = [
            place
            for place in sorted(set(found), key=lambda p: p.start)
            if not _within(place.start, place.end, articles)
        ]
        return [self._positioned(text, place, kept) for place in kept]

    def _positioned(self, text: str, place: _Place, places: Sequence[_Place]) -> _Place:
        """A quantity that is called high, low or normal nearby is that finding."""
        near = {word.text for word in _around(text, place, places)}
        for position, names in self.positions.items():
            if near & names and (finding := self.shown.get((place.concept, position))):
                return replace(place, concept=finding)
        return place

    # -- intents

    def _intents(self, cues: Sequence[Hit[tuple[int, int]]]) -> tuple[tuple[Intent, ...], tuple[Intent, ...], int]:
        """The best intents, the others, and the best score.

        Of those with one name the first that has a strong cue counts, with the score of all.
        """
        scores: dict[int, int] = {}
        strong: set[int] = set()
        once = {hit.meanings: hit for hit in cues}
        for hit in once.values():
            for place, weight in hit.meanings:
                scores[place] = scores.get(place, 0) + weight
                strong |= {place} if weight == STRONG else set()
        by_name: dict[str, list[int]] = {}
        for place in sorted(scores):
            by_name.setdefault(self.customs.intents[place].name, []).append(place)
        chosen = {}
        for group in by_name.values():
            place = next((one for one in group if one in strong), group[0])
            chosen[place] = max(scores[one] for one in group)
        best = max(chosen.values(), default=0)
        ordered = sorted(chosen, key=lambda place: (-chosen[place], place))
        found = tuple(self.customs.intents[place] for place in ordered if chosen[place] == best)
        return found or (ANY,), tuple(self.customs.intents[place] for place in ordered[len(found) :]), best

    # -- words

    def _rest(self, text: str, taken: Sequence[_Spanned]) -> Iterator[Word]:
        """The words that are no name, no cue and no general word."""
        for word in words(text):
            if (
                not self._general(word.text)
                and not _overlaps(word.start, word.end, taken)
                and not _CLAIM.match(text, word.start)
            ):
                yield word

    def _general(self, word: str) -> bool:
        return word in self.general or stem(word) in self.general

    def _known(self, word: str) -> bool:
        return word[0].isdigit() or stem(word) in self.lexicon or stem(word) in self.alike

    def _pattern(self, word: Word, text: str) -> str:
        """A regular expression for a word, as claims write it, and for those that say the same."""
        if word.text[0].isdigit():
            percent = _PERCENT.match(text, word.end)
            return rf"(^|[^0-9.]){re.escape(word.text)}" + (r"\s*%" if percent else "($|[^0-9])")
        return self._written([stem(fold(other)) for other in self.alike.get(stem(word.text), ())] or [stem(word.text)])

    def _written(self, group: Iterable[str]) -> str:
        """A regular expression for the words of claims with one of some stems."""
        written = sorted({form for one in group for form in self.lexicon.get(one, (one,))})
        return rf"(^|\W)({'|'.join(map(re.escape, written))})($|\W)"


def _general(reading: TextReading) -> str:
    """What a text asks about medicine, in its place; the whole text where it tells of no patient."""
    if reading.kind is not Kind.BOTH:
        return reading.text
    kept = "".join(
        " " * (b.start - a.end) + reading.text[b.start : b.end] for a, b in pairwise((_START, *reading.general))
    )
    return kept.ljust(len(reading.text))


def _forms(ontology: Ontology) -> Mapping[str, tuple[str, ...]]:
    """Stem → the words of claims with that stem, as they are written, in small letters."""
    found: dict[str, set[str]] = {}
    for claim in ontology.claims.values():
        for text in texts(claim):
            for word in words(text):
                found.setdefault(stem(word.text), set()).add(text[word.start : word.end].lower())
    return {one: tuple(sorted(forms)) for one, forms in found.items()}


def texts(claim: Claim) -> Iterator[str]:
    """The words of a claim; what an article says of itself is no medicine."""
    if claim.conclusions:
        yield from (text for field in TEXTS for text in claim.fields.get(field, ()))
        yield from (phase.phase for phase in claim.regimen)


def _negated(text: str, place: _Place, places: Sequence[_Place], negations: Iterable[Hit[str]]) -> bool:
    """Whether a negation stands in the few words before a name, with no other name between."""
    before = max((other.end for other in places if other.end <= place.start), default=0)
    return any(
        before <= hit.start < place.start and len(words(text[hit.end : place.start])) <= NEAR for hit in negations
    )


def _around(text: str, place: _Place, places: Sequence[_Place]) -> Iterator[Word]:
    """The words of a name and the few on either side, up to a comma, a stop or another name."""
    first = max((other.end for other in places if other.end <= place.start), default=0)
    last = min((other.start for other in places if other.start >= place.end), default=len(text))
    before = re.split(r"[,;:.!?]", text[first : place.start])[-1]
    after = re.split(r"[,;:.!?]", text[place.end : last])[0]
    yield from words(text[place.start : place.end])
    yield from words(before)[-NEAR:]
    yield from words(after)[:NEAR]


def _overlaps(start: int, end: int, others: Iterable[_Spanned]) -> bool:
    return any(start < other.end and other.start < end for other in others)


def _within(start: int, end: int, others: Iterable[_Spanned]) -> bool:
    return any(other.start <= start and end <= other.end for other in others)


def _pairs(text: str, places: Iterable[_Place]) -> tuple[tuple[str, str], ...]:
    return tuple(dict.fromkeys((text[place.start : place.end], place.concept) for place in places))


def _each(items: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(items))


__all__ = ["ANY", "STRONG", "Asked", "Listener", "Ontology", "stem", "texts"]
