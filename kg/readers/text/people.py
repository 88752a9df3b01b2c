"""Who the text is about: age, sex, and the words that bring one patient in.

Sex is what a noun (`woman`), a letter beside the age (`62F`), a title or a pronoun says. A pronoun counts only
where the text names nobody else, for it may stand for a relative. What two places contradict is not used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from kg.readers.text.table_words import ColumnRole

_NOUN: Final = re.compile(
    r"\b(?:(?P<female>woman|female|lady|girl|mrs|ms|housewife)|(?P<male>man|male|gentleman|boy|mister|mr|gent))\b\.?",
    re.IGNORECASE,
)
_PRONOUN: Final = re.compile(r"\b(?:(?P<female>she|her|hers|herself)|(?P<male>he|him|his|himself))\b", re.IGNORECASE)
_UNIT: Final = r"(?:years?|yrs?|y)"
_PERSON: Final = r"(?:fe)?male|(?:wo)?man|lady|gentleman"
_AGE: Final = re.compile(
    rf"(?<![\w.,/-])(?:(?P<a1>\d{{1,3}})\s*[-‐‑–]?\s*{_UNIT}\s*[-‐‑–]?\s*(?:old|o\b|of\s+age)(?:[\s-]*(?P<s1>[FM])\b)?"
    rf"|(?P<a2>\d{{1,3}})\s*[-‐‑–]?\s*(?:y/?o\b|y\.o\.|yo\b)\.?(?:\s*[-/]?\s*(?P<s2>[FMfm])\b(?!\s*[:=]))?"
    r"|(?P<a3>\d{2,3})\s?[-/]?\s?(?P<s3>[FMfm])\b(?!\s*[=/]|:\S|[-‐‑])"
    rf"|(?P<a4>\d{{1,3}})\s?{_UNIT}\b\.?\s*[-/,]?\s*(?:(?P<s4>[FM])\b|(?=(?:fe)?male\b|(?:wo)?man\b|lady\b|gentleman\b))"
    rf"|(?P<s11>[FM])\s*[/,]?\s*(?P<a11>\d{{1,3}})\s*{_UNIT}\b"
    r"|(?P<s5>[FM])\s?[/,]?\s?(?P<a5>\d{2,3})(?![\w/%]|[.,]\d|\s*[/%])(?!\s*(?:mg|g|kg|ng|pg|fl|k)\b)"
    rf"|\b(?:aged?|age\s+is|age\s+of)\s*[:=]?\s*(?P<a6>\d{{1,3}})(?!\s*(?:%|to\b|-\s*\d))(?:\s*{_UNIT}\b)?(?:\s*[-,/]?\s*(?P<s6>[FM])\b)?"
    rf"|\b(?:{_PERSON})\s*,?\s*(?P<a12>\d{{2,3}})\s*{_UNIT}\b"
    rf"|\b(?:{_PERSON})(?:\s*,|\s+of|(?=\s))\s*(?P<a8>\d{{2,3}})(?=\s*(?:[.,;:)-]|$|with\b|who\b|and\b|on\b))"
    rf"|\b(?:{_PERSON}|patient|pt|she|he|(?:mrs?|ms)\.?\s+\w+)\s*(?:is|was|,)\s+(?P<a9>\d{{2,3}})(?=\s*(?:[.,;:)]|$|with\b|who\b|and\b|on\b|has\b))"
    rf"|\b(?:mister|mrs?|ms|miss|re:?|patient|pt)\.?:?\s+(?:(?:mister|mrs?|ms|miss)\.?\s+)?(?:(?:fe)?male|(?![FM]\b)[A-Z][\w'-]*(?:\s+[A-Z][\w'-]*){{0,3}}|---+)"
    rf"\s*[,(]?\s*(?<!\w)(?P<a13>\d{{2,3}})\b(?=\s*(?:[,).;:-]|$|{_UNIT}\b|[a-z]{{3,}}|years?)|[^\S\n]*\n)(?!\s*(?:mg|g|%|/|\.\d))"
    r"|(?:^|(?<=\n))[ \t]{0,6}(?P<a14>[1-9]\d),\s+(?=[a-z])"
    r"|(?P<a15>[1-9]\d),\s+(?:(?:fe)?male|man|woman)\b"
    r"|\b(?:I['’]?m|I\s+am)\s+(?P<a10>\d{2,3})(?=\s*(?:[.,;:)]|$|and\b|(?:fe)?male\b|with\b))"
    r"|(?P<a7>\d{1,3})\s*[-‐‑–]?\s*(?:months?|weeks?|days?)\s*[-‐‑–]?\s*old)",
    re.IGNORECASE,
)
_SEX_FIELD: Final = re.compile(r"\b(?:sex|gender)\s*[:=]?\s*(?P<sex>female|male|woman|man|[FM]\b)", re.IGNORECASE)
_AGE_CELL: Final = re.compile(r"(?P<age>\d{1,3})\b")
_SEX_CELL: Final = re.compile(r"(?P<sex>female|male|woman|man|[FMfmWw]\b)", re.IGNORECASE)
_INTRO: Final = re.compile(
    r"\b(?:an?|this|my|our|the|one|your|that|another)\s+(?:(?!(?:in|of|for|with|on|to|is|are|has|was|after|by|from|at|or|and|as|this|that)\b)[\w'’,‐‑/-]+\s+){0,7}?"
    r"(?:patient|pt|man|woman|female|male|lady|gentleman|girl|boy|person|individual|survivor|adult|someone|client|case\s+of)\b(?![-‐‑]\w)"
    r"|\b(?:someone|somebody)\b|\bpatient\s+(?:with|who|has|is|on)\b|\bpt\b",
    re.IGNORECASE,
)
_THIS: Final = re.compile(
    r"\b(?:this|my|our)\s+(?:[\w'-]+\s+){0,3}?(?:patient|pt|man|woman|lady|gentleman|girl|boy|case)\b", re.IGNORECASE
)
_MEN: Final = "father|brother|son|uncle|nephew|grandfather|husband|dad"
_WOMEN: Final = "mother|sister|daughter|aunt|niece|grandmother|wife|mum|mom"
KIN: Final = f"{_MEN}|{_WOMEN}"
_OF_KIN: Final = re.compile(rf"[\s-]*(?:{KIN}|twins?|baby|child)\b", re.IGNORECASE)
_SEXES: Final = ("female", "male")
_HE: Final = frozenset({"he", "his", "him"})
_SHE: Final = frozenset({"she", "her"})
OLDEST: Final = 130


@dataclass(frozen=True)
class Said:
    """A value of the patient, with its span; `doubt` says why it is not used."""

    value: str | int | None
    start: int
    end: int
    doubt: str = ""


@dataclass(frozen=True)
class MentionedPerson:
    """What the text says of the patient's age and sex, place by place."""

    ages: tuple[Said, ...]
    sexes: tuple[Said, ...]


def told_in_cells(text: str, cells: Sequence[tuple[ColumnRole, int, int]]) -> tuple[Said, ...]:
    """Age and sex in cells of tables, each said once."""
    found: dict[str | int, Said] = {}
    for role, start, end in cells:
        match = (_AGE_CELL if role is ColumnRole.AGE else _SEX_CELL).match(text, start, end)
        if match:
            value = int(match["age"]) if role is ColumnRole.AGE else "female" if match["sex"][0] in "FfWw" else "male"
            found.setdefault(value, Said(value, start, end))
    return tuple(found.values())


def ages(text: str, outside: tuple[tuple[int, int], ...]) -> tuple[Said, ...]:
    """Ages stated of the patient, outside of the spans given (relatives). Months and weeks count as full years."""
    found = []
    for match in _AGE.finditer(text):
        if _inside(match.start(), outside) or _OF_KIN.match(text, match.end()):
            continue
        number = next(int(match[f"a{n}"]) for n in range(1, 16) if match[f"a{n}"])
        years = (number // 12 if "month" in match[0].casefold() else 0) if match["a7"] else number
        doubt = "" if years <= OLDEST else f"no age: {number} exceeds {OLDEST} years"
        found.append(Said(years, match.start(), match.end(), doubt))
    return tuple(found)


def sexes(text: str, outside: tuple[tuple[int, int], ...], others: frozenset[str]) -> tuple[Said, ...]:
    """What the text says of the patient's sex, outside of the spans given.

    Pronouns count where they stand for none of the others that are named: `others` has their sexes.
    """
    found = [*_beside_age(text), *_fields(text), *_words(_NOUN, text)]
    if not found:
        found = [said for said in _words(_PRONOUN, text) if said.value not in others]
    return tuple(said for said in sorted(found, key=lambda said: said.start) if not _inside(said.start, outside))


def _beside_age(text: str) -> Iterator[Said]:
    for match in _AGE.finditer(text):
        for number in (1, 2, 3, 4, 5, 6, 11):
            letter = match[f"s{number}"]
            if letter:
                yield Said("female" if letter in "Ff" else "male", match.start(f"s{number}"), match.end(f"s{number}"))


def _fields(text: str) -> Iterator[Said]:
    for match in _SEX_FIELD.finditer(text):
        female = match["sex"][0] in "FfWw"
        yield Said("female" if female else "male", match.start("sex"), match.end("sex"))


def _words(pattern: re.Pattern[str], text: str) -> Iterator[Said]:
    for match in pattern.finditer(text):
        yield Said("female" if match["female"] else "male", match.start(), match.end())


def kin_of(whose: str, who: str) -> frozenset[str]:
    """The pronouns that stand for a relative and not for the patient; none where both have the same.

    >>> sorted(kin_of("her", "husband")), sorted(kin_of("her", "mother"))
    (['he', 'him', 'his'], [])
    """
    pronouns = _HE if who.casefold() in _MEN.split("|") else _SHE
    patient = {"her": _SHE, "his": _HE}.get(whose.casefold(), frozenset[str]())
    return pronouns - patient


def sex_of_kin(who: str) -> frozenset[str]:
    """The sex that the word for a relative says, both where it says none."""
    word = who.casefold()
    return frozenset({"male"} if word in _MEN.split("|") else {"female"} if word in _WOMEN.split("|") else _SEXES)


def introduction(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Where one patient is brought in: `a patient with`, `this woman`, `a 70-year-old man`, `62F`."""
    places = [match.span() for match in (_INTRO.search(text, start, end), _AGE.search(text, start, end)) if match]
    return min(places) if places else None


def specific_introduction(text: str, start: int, end: int) -> int:
    """Where an age or words such as `this patient` bring one patient in; -1 where nothing does."""
    places = [match.start() for match in (_THIS.search(text, start, end), _AGE.search(text, start, end)) if match]
    return min(places, default=-1)


def speaks_of_one(text: str) -> tuple[int, int] | None:
    """A pronoun or possessive that stands for the patient."""
    match = _PRONOUN.search(text)
    return match.span() if match else None


def _inside(place: int, spans: tuple[tuple[int, int], ...]) -> bool:
    return any(start <= place < end for start, end in spans)
