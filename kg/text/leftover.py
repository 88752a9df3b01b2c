"""What looks clinical in a text and was not used."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from kg.names import fold
from kg.text.cues import Cue
from kg.text.entries import Draft
from kg.text.lexicon import Lexicon
from kg.text.printed import dose_at, unit_at
from kg.text.reading import Unread
from kg.text.segments import Heading, Segment
from kg.text.tokens import Scan

UNKNOWN: Final = "a clinical word that the vocabulary does not have, or not by itself"
_GAP: Final = re.compile(r"[ -]{1,2}")
_NUMBER: Final = re.compile(r"(?<![\w.,/-])\d[\d.,]*")
_CAPITALS: Final = re.compile(r"\b(?=\w*[A-Z]\w*[A-Z])[A-Za-z][A-Za-z0-9]{1,6}\b")
_WORD: Final = re.compile(r"[^\W\d_]{3,}")
_AFTER_TAKING: Final = re.compile(r"\s+(?:(?:an?|the|her|his|oral|daily|weekly|low|high|dose|dosed|long|term|regular)[\s-]+)*(?P<drug>[^\W\d_]{5,})")
_PLAIN: Final = frozenset(
    "OK USA UK EU NHS GP AM PM IM IV PO SC BD OD TDS QDS PRN NAD WNL ECOG WHO ICU ER ED TV ID DOB MRN II III IV VI VII VIII IX XI "
    "FYI ASAP NB PS RE DD DDX HPI PMH PMHX FH FHX DHX SH ROS RX DX HX OE CC NR RR RI EDTA LABS NKDA PLEASE AND THE FOR".split()
)
_NO_DRUG: Final = frozenset(
    "examination admission follow monday tuesday wednesday thursday friday saturday sunday january february march april june july "
    "august september october november december review presentation arrival discharge imaging repeat treatment therapy medication "
    "medications meds today going questioning smear blood average clinic ward oxygen account behalf whether which there several "
    "other anything nothing regular long short physical inspection testing holiday leave admission dialysis ultrasound "
    "weekends multiple these those their the background another diet".split()
)


def leftover(lexicon: Lexicon, scan: Scan, draft: Draft, parts: Sequence[Segment], heads: Sequence[Heading]) -> tuple[Unread, ...]:
    """Spans that look clinical and that nothing has used or reported."""
    covered = [(hit.start, hit.end) for hit in scan.hits]
    covered += [(value.start, value.end) for series in scan.series.values() for value in series.values]
    covered += [(day.start, day.end) for day in scan.days]
    covered += [(unread.start, unread.end) for unread in draft.unread]
    covered += [(item.span.start, item.span.end) for item in draft.stated]
    covered += [(said[1].start, said[1].end) for said in (draft.sex, draft.age) if said]
    covered += [(span.start, span.end) for span in draft.complete.values()]
    covered += [(head.name_start, head.start) for head in heads]
    found: list[Unread] = []
    looks = (*_doses(scan), *_numbers(scan.text), *_taken(scan), *_words(lexicon, scan.text), *_capitals(scan.text))
    for start, end, reason in looks:
        asked = any(part.asks and part.start <= start < part.end for part in parts)
        if asked or any(start < other_end and other < end for other, other_end in covered):
            continue
        covered.append((start, end))
        found.append(Unread(start, end, scan.text[start:end], reason))
    return tuple(_joined(scan.text, sorted(found)))


def _joined(text: str, found: Sequence[Unread]) -> Iterator[Unread]:
    """Neighbouring words with the same reason as one span."""
    last: Unread | None = None
    for item in found:
        if last and item.reason == last.reason == UNKNOWN and _GAP.fullmatch(text[last.end : item.start]):
            last = Unread(last.start, item.end, text[last.start : item.end], UNKNOWN)
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


def _numbers(text: str) -> Iterator[tuple[int, int, str]]:
    for match in _NUMBER.finditer(text):
        end = match.end() - (match[0][-1] in ".,")
        unit = unit_at(text, end)
        dose = None if unit else dose_at(text, end)
        if unit:
            yield match.start(), unit.end, "a number with a unit that belongs to no test that was understood"
        elif dose and dose.said:
            yield match.start(), dose.end, "a dose; a case has no place for it"


def _taken(scan: Scan) -> Iterator[tuple[int, int, str]]:
    for hit in scan.hits:
        if hit.entry.cue in (Cue.TREATED, Cue.ENDED):
            match = _AFTER_TAKING.match(scan.text, hit.end)
            if match and fold(match["drug"]) not in _NO_DRUG and not match["drug"].endswith("ing"):
                yield match.start("drug"), match.end("drug"), "no treatment of that name"


def _words(lexicon: Lexicon, text: str) -> Iterator[tuple[int, int, str]]:
    endings = tuple(map(fold, lexicon.customs.endings))
    drugs = tuple(map(fold, lexicon.customs.drug_endings))
    for match in _WORD.finditer(text):
        word = fold(match[0])
        singular = word.removesuffix("s")
        looks = word in lexicon.customs.words or singular in lexicon.customs.words
        long = len(word) >= 7
        if looks or (long and (word.endswith(endings) or singular.endswith(drugs))):
            yield match.start(), match.end(), UNKNOWN


def _capitals(text: str) -> Iterator[tuple[int, int, str]]:
    if text.isupper():
        return
    for match in _CAPITALS.finditer(text):
        if match[0].upper() not in _PLAIN and unit_at(text, match.start()) is None:
            yield match.start(), match.end(), "an abbreviation that no name in the vocabulary has"
