"""What looks clinical in a text and was not used."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence, Set
from itertools import pairwise
from typing import Final

from kg.facts.patient import Reason
from kg.readers.text.cues import Cue
from kg.readers.text.document import Document
from kg.readers.text.entries import Draft
from kg.readers.text.lexicon import Lexicon, PhraseHit
from kg.readers.text.named import TREATMENTS
from kg.readers.text.printed import dose_at, unit_at
from kg.readers.text.reading import UnreadSpan
from kg.readers.text.segments import Segment
from kg.readers.text.tokens import Scan
from kg.readers.text.word_lists import clinical_words, general_words, named_disorders
from kg.vocabulary.names import fold

UNKNOWN: Final = "a clinical word that the vocabulary does not have, or not by itself"
NO_TEST: Final = "a number with a unit that belongs to no test that was understood"
NO_NUMBER: Final = "a number whose signs can part thousands or decimals; it is not used"
UNSAID: Final = "a number of which the text does not say what it is"
NO_TREATMENT: Final = "no treatment of that name"
_WHETHER_DONE: Final = (Cue.DONE, Cue.PLAN, Cue.PENDING, Cue.WITHHELD)
_NEAR: Final = re.compile(r"(?:\s+\w+){0,2}\s+")
_GAP: Final = re.compile(r"[ -]{1,2}")
_NUMBER: Final = re.compile(r"(?<![\w.,/^-])\d[\d.,]*")
# small whole numbers and years say many things that are no value
_BARE: Final = re.compile(r"(?:\d+\.\d+|(?!(?:19|20)\d\d(?!\d))\d{3,5}(?!\d))(?:/\d[\d.]*(?<=\d))*")
_ODD: Final = re.compile(r"\d+(?:[.,]\d+)*,\d{4,}|\d+(?:[.,]\d+){2,}")
_NAMED_BEFORE: Final = re.compile(r"(?<![^\W_])[^\W\d_]{4,}[^\S\n]+$")
_GOES_ON: Final = re.compile(r"\s*(?:/|,|,?\s+and|<-|->|→)\s*", re.IGNORECASE)
_COUNTED: Final = re.compile(r"\s*(?:years?|yrs?|months?|weeks?|days?|hours?|cm|mm|kg|cycles?)\b", re.IGNORECASE)
_ALONE: Final = re.compile(r"\s*(?:[,;.)]|and\b|$|\n)(?!\d)")
_WORD_BEHIND: Final = re.compile(r"\s(?P<word>[^\W\d_]+)")
_CAPITALS: Final = re.compile(r"\b(?=\w*[A-Z]\w*[A-Z])[A-Za-z][A-Za-z0-9]{1,6}\b")
_MARKED: Final = re.compile(r"\s?(?:[+](?!\w)|-(?=[\s,;/.]|$)|(?:positive|negative|pos|neg)\b)", re.IGNORECASE)
_WORD: Final = re.compile(r"[^\W_]{2,}")
_PLAIN: Final = re.compile(r"(?<![^\W_])[a-z]{5,}(?![^\W_])")
RARE_IN_TEXT: Final = 600
_AFTER_TAKING: Final = re.compile(
    r"\s+(?:(?:an?|the|her|his|oral|daily|weekly|low|high|dose|dosed|long|term|regular)[\s-]+)*(?P<drug>[^\W\d_]{4,})"
)


def leftover(document: Document, draft: Draft) -> tuple[UnreadSpan, ...]:
    """Spans that look clinical and that nothing has used or reported."""
    lexicon, scan, parts, heads = document.lexicon, document.scan, document.segments, document.headings
    assert scan is not None
    nameless = set(_nameless_tests(scan))
    spans = [(hit.start, hit.end) for hit in scan.hits if not hit.entry.other and hit not in nameless]
    spans += [(value.start, value.end) for series in scan.series.values() for value in series.values]
    spans += [(day.start, day.end) for day in scan.days]
    spans += [(unread.start, unread.end) for unread in draft.unread]
    spans += [(item.span.start, item.span.end) for item in draft.stated]
    spans += [(said[1].start, said[1].end) for said in (draft.sex, draft.age) if said]
    spans += [(span.start, span.end) for span in draft.complete.values()]
    spans += [(head.name_start, head.start) for head in heads]
    spans += document.tables.covered
    spans += [(line.start, line.end) for line in document.message.lines] if document.message else []
    told = [(part.start, part.end) for part in document.message.told] if document.message else []
    covered = {place for start, end in spans for place in range(start, end)}
    covered -= {place for start, end in told for place in range(start, end)}
    asking = {place for part in parts if part.asks for place in range(part.start, part.end)}
    found: list[UnreadSpan] = []
    looks = (
        *((hit.start, hit.end, UNKNOWN) for hit in nameless), *_doses(scan), *_lacking(scan),
        *_numbers(lexicon, scan, parts), *_taken(lexicon, scan), *_words(lexicon, scan), *_capitals(lexicon, scan.text),
    )  # fmt: skip
    for start, end, reason in looks:
        if start in asking or not covered.isdisjoint(range(start, end)):
            continue
        covered.update(range(start, end))
        found.append(
            UnreadSpan(start, end, draft.text[start:end], reason, _code(lexicon, draft.text[start:end], reason))
        )
    for start, end in _rare(lexicon, draft.text, covered | asking):
        found.append(UnreadSpan(start, end, draft.text[start:end], UNKNOWN, Reason.UNKNOWN_NAME))
    return tuple(_joined(draft.text, sorted(found)))


def apart(unread: Iterable[UnreadSpan]) -> tuple[UnreadSpan, ...]:
    """In order, without those that lie inside another one with the same reason."""
    kept: list[UnreadSpan] = []
    furthest: dict[str, int] = {}
    for item in sorted(set(unread), key=lambda item: (item.start, -item.end, item.reason)):
        if item.end > furthest.get(item.reason, -1):
            furthest[item.reason] = item.end
            kept.append(item)
    return tuple(sorted(kept))


def _code(lexicon: Lexicon, said: str, reason: str) -> Reason:
    """`outside_articles` for a word that a clinical list has, known though not reasoned with, and for a value of a test
    that has no name here."""
    if reason == NO_TEST:
        return Reason.OUTSIDE_ARTICLES
    if reason != UNKNOWN:
        return Reason.UNKNOWN_NAME if reason == NO_TREATMENT else Reason.UNSUPPORTED
    words = [fold(match[0]) for match in _WORD.finditer(said)]
    named = {word.removesuffix("s") for word in words} | set(words)
    outside = not named.isdisjoint(lexicon.customs.words | clinical_words() | named_disorders())
    return Reason.OUTSIDE_ARTICLES if outside else Reason.UNKNOWN_NAME


def _joined(text: str, found: Sequence[UnreadSpan]) -> Iterator[UnreadSpan]:
    """Neighbouring words with the same reason as one span."""
    last: UnreadSpan | None = None
    for item in found:
        if last and item.reason == last.reason == UNKNOWN and _GAP.fullmatch(text[last.end : item.start]):
            outside = Reason.OUTSIDE_ARTICLES in (last.code, item.code)
            code = Reason.OUTSIDE_ARTICLES if outside else Reason.UNKNOWN_NAME
            last = UnreadSpan(last.start, item.end, text[last.start : item.end], UNKNOWN, code)
            continue
        if last:
            yield last
        last = item
    if last:
        yield last


def _doses(scan: Scan) -> Iterator[tuple[int, int, str]]:
    for series in scan.series.values():
        if series.dose:
            yield (*series.dose, "a dose; a case has no place for it")


def _nameless_tests(scan: Scan) -> Iterator[PhraseHit]:
    """Words for a kind of test (`biopsy`) that is said to be done or planned, with no name of what it is."""
    for hit, following in pairwise(scan.hits):
        near = _NEAR.fullmatch(scan.text, hit.end, following.start)
        if hit.entry.cue is Cue.TEST and following.entry.cue in _WHETHER_DONE and near:
            yield hit


def _lacking(scan: Scan) -> Iterator[tuple[int, int, str]]:
    for hit in scan.hits:
        if hit.entry.other:
            yield hit.start, hit.end, UNKNOWN


def _numbers(lexicon: Lexicon, scan: Scan, parts: Sequence[Segment]) -> Iterator[tuple[int, int, str]]:
    """Numbers that are no value of anything; a small one where it goes on with a series, or beside a measured value."""
    text, last = scan.text, -1
    values = (value.start for series in scan.series.values() for value in series.values)
    starts = [part.start for part in parts]
    measured = {bisect_right(starts, start) for start in values}
    for match in _NUMBER.finditer(text):
        in_series = last >= 0 and _GOES_ON.fullmatch(text, last, match.start()) is not None
        end = match.end() - (match[0][-1] in ".,")
        unit = unit_at(text, end)
        dose = None if unit else dose_at(text, end)
        if unit:
            before = _NAMED_BEFORE.search(text, max(0, match.start() - 30), match.start())
            if before and _names_a_test(lexicon, before[0].strip()):
                yield before.start(), unit.end, NO_TEST
            yield match.start(), unit.end, NO_TEST
        elif dose and dose.said:
            yield match.start(), _with_form(lexicon, text, dose.end), "a dose; a case has no place for it"
        elif _ODD.fullmatch(text, match.start(), end):
            yield match.start(), end, NO_NUMBER
        elif (bare := _BARE.match(text, match.start())) and bare.end() >= end and not _COUNTED.match(text, end):
            last = bare.end()
            yield match.start(), bare.end(), UNSAID
        elif in_series and not _COUNTED.match(text, end):
            last = end
            yield match.start(), end, UNSAID
        elif bisect_right(starts, match.start()) in measured and _stands_alone(text, match.start(), end):
            yield match.start(), end, UNSAID


def _names_a_test(lexicon: Lexicon, word: str) -> bool:
    """Whether a word before a number with a unit is what it is of: a clinical one, or one that English hardly has."""
    return fold(word) in lexicon.customs.words or general_words().get(word.casefold(), 0) < RARE_IN_TEXT


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether a number of two or three digits stands behind a blank and before a sign, `and` or the end."""
    return 1 < end - start < 4 and text[start - 1 : start].isspace() and _ALONE.match(text, end) is not None


def _with_form(lexicon: Lexicon, text: str, end: int) -> int:
    """The end of the word behind a dose that says in which form it is given (`spray`)."""
    match = _WORD_BEHIND.match(text, end)
    return match.end() if match and fold(match["word"]) in lexicon.language.words["dose_forms"] else end


def _taken(lexicon: Lexicon, scan: Scan) -> Iterator[tuple[int, int, str]]:
    words = lexicon.language.words
    for hit in scan.hits:
        if hit.entry.cue in (Cue.TREATED, Cue.ENDED):
            match = _AFTER_TAKING.match(scan.text, hit.end)
            if (
                match
                and fold(match["drug"]) not in words["no_drug"]
                and not match["drug"].endswith(tuple(words["no_drug_endings"]))
            ):
                yield match.start("drug"), match.end("drug"), NO_TREATMENT


def _words(lexicon: Lexicon, scan: Scan) -> Iterator[tuple[int, int, str]]:
    """Clinical words, but for one that goes on with the name of a treatment."""
    treated = {hit.end for hit in scan.hits if any(concept.kind in TREATMENTS for concept, _ in hit.entry.concepts)}
    endings = tuple(map(fold, lexicon.customs.endings))
    drugs = tuple(map(fold, lexicon.customs.drug_endings))
    for match in _WORD.finditer(scan.text):
        word = fold(match[0])
        singular = word.removesuffix("s")
        if word in lexicon.language.words["not_clinical"] or (
            match.start() - 1 in treated and scan.text[match.start() - 1] == " "
        ):
            continue
        looks = not {word, singular}.isdisjoint(lexicon.customs.words | named_disorders())
        long = len(word) >= 7 and word.isalpha()
        looks = looks or (long and (word in clinical_words() or singular in clinical_words()))
        if looks or (long and (word.endswith(endings) or singular.endswith(drugs))):
            yield match.start(), match.end(), UNKNOWN


def _rare(lexicon: Lexicon, text: str, covered: Set[int]) -> Iterator[tuple[int, int]]:
    """Words that general English hardly has and that nothing used or reported; a name in capitals is none of them."""
    general = general_words()
    for match in _PLAIN.finditer(text):
        rare = general.get(match[0], 0) < RARE_IN_TEXT and match[0] not in lexicon.language.words["not_clinical"]
        if rare and covered.isdisjoint(range(match.start(), match.end())):
            yield match.start(), match.end()


def _capitals(lexicon: Lexicon, text: str) -> Iterator[tuple[int, int, str]]:
    if text.isupper():
        return
    words = lexicon.language.words
    for match in _CAPITALS.finditer(text):
        plain = match[0].upper() in words["plain_abbreviations"] and not _MARKED.match(text, match.end())
        if not plain and unit_at(text, match.start()) is None:
            yield match.start(), match.end(), "an abbreviation that no name in the vocabulary has"
