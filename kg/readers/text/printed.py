"""What laboratories print beside a number: comparator, unit, range, flag; each read at a place, with its end."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from kg.readers.text.numbers import Number, number_at

_VOLUME: Final = (
    r"(?:100\s?m[lL]|d[lL]|m[lL]|[uµμ][lL]|mc[lL]|n[lL]|c[lL]|DL|ML|UL|[lL]|mm\^?[3³]|MM3|cu\.?\s?mm|cmm|h\b|min\b)"
)
_VOLUME_WORD: Final = r"(?:deci|milli|micro)?lit(?:re|er)s?|cubic millimet(?:re|er)s?"
_UNIT: Final = re.compile(
    rf"[^\S\n]*(?:\|[^\S\n]*)?(?P<unit>"
    rf"(?:[xX×*·]\s*)?10\s*(?:\^|\*{{1,2}}|[eE])?\s*(?:12|[369]|[³⁶⁹]|¹²)\s*(?:cells\s*)?(?:/\s*{_VOLUME}|\bper\s+(?:{_VOLUME_WORD}|{_VOLUME}))"
    rf"|(?:x\s*)?[eE](?:12|[369])\s*/\s*{_VOLUME}"
    r"|m[lL]\s*/\s*min(?:\s*/\s*1[.,]73\s*m[2²])?"
    rf"|(?:[kK]|[cC]ells?|thousand|[tT]sd\.?|THOU|[tT]hou|[mM]ill?)?\s?/\s*(?:[uµμ][lL]|n[lL]|UL|mc[lL]|mm\^?[3³]|MM3|cu\.?\s?mm|cmm|m[lL]|L\b)"
    rf"|(?:[kmuµμnpfcdKMUNPFCD]|mc)?(?:gm|gr|g|G|mol|MOL|kat|eq|Eq|IU|iu|[uU]nits?|U|u|Gpt|cells)\s*(?:/\s*{_VOLUME}|\s\s?per\s+(?:{_VOLUME_WORD}|{_VOLUME}))"
    rf"|(?:pico|nano|micro|milli)?(?:grams?|moles?|units?|cells?)\s+per\s+(?:{_VOLUME_WORD}|{_VOLUME})"
    rf"|[cC]ells?\s+per\s+(?:{_VOLUME_WORD})|per\s+(?:micro)lit(?:re|er)"
    r"|fL|fl|FL|femtolit(?:re|er)s|%|percent\b|per\s?cent\b|g%|mg%|mmol|centimet(?:re|er)s?\b|millimet(?:re|er)s?\b|cm\b|mm\b|fraction\b"
    r")(?![\w²])",
)
_DOSE: Final = re.compile(
    r"\s*(?:(?:mg|g|[uµμ]g|mcg|micrograms?|milligrams?|grams?|ng|IU|[Uu]|iu|units?|mL|ml|tablets?|tabs?|cycles?|puffs?|drops?|vials?|ampoules?|doses?)"
    r"(?:\s*/\s*(?:kg|m2|m²|week|wk|day|d|month|h))*)\b(?!\s*/)",
)
_COMPARATOR: Final = re.compile(
    r"\s*(?P<sign><=|>=|=<|=>|≤|≥|⩽|⩾|<|>|~|≈|∼|∽|˜|=|(?:about|around|approximately|approx\.?|circa|ca\.?|roughly|nearly|almost)\b"
    r"|(?:less than or equal to|at most|no more than|up to|not more than|maximum)\b"
    r"|(?:greater than or equal to|at least|no less than|not less than)\b"
    r"|(?:less than|below|under|lower than|fewer than)\b"
    r"|(?:more than|greater than|above|over|exceeding|higher than)\b)",
    re.IGNORECASE,
)
_WORDED: Final = (
    (
        "<=",
        ("<=", "=<", "≤", "⩽", "less than or equal to", "at most", "no more than", "up to", "not more than", "maximum"),
    ),
    (">=", (">=", "=>", "≥", "⩾", "greater than or equal to", "at least", "no less than", "not less than")),
    ("<", ("<", "less than", "below", "under", "lower than", "fewer than")),
    (">", (">", "more than", "greater than", "above", "over", "exceeding", "higher than")),
    ("=", ("=",)),
)
_RANGE: Final = re.compile(
    r"[\s,;|]*(?P<open>[(\[{])?\s*(?P<name>(?:laboratory\s+|lab\s+)?(?:ref(?:erence)?\.?(?:\s*(?:range|interval|limits?|values?))?|normal(?:\s*(?:range|values?))?|"
    r"range|NR|RR|RI|N)\s*(?:of\s+|is\s+)?[:=]?\s*)?",
    re.IGNORECASE,
)
_TO: Final = re.compile(r"\s*(?:-|‐|‑|–|—|−|to\b|\.\.\.?)\s*")
_CLOSE: Final = re.compile(r"\s*[)\]}]")
_WORDS_OF_FLAGS: Final = r"(?i:high|low|normal)"
_FLAG: Final = re.compile(
    rf"[\s,|]*(?:\(\s*(?P<in>HH|LL|H|L|N|{_WORDS_OF_FLAGS}|↑+|↓+)\s*\)|\[\s*(?P<box>HH|LL|H|L|N|{_WORDS_OF_FLAGS})\s*\]"
    r"|\*?(?P<bare>HH|LL|H|L|↑+|↓+)\*?(?![\w/]|\.\d|\s*[:=<>]|\s*\d)|-\s*(?P<word>HIGH|LOW)\b)"
)
_FLAG_BEFORE: Final = re.compile(r"[\s|]+(?P<bare>HH|LL|H|L)(?=[\s|]+[(\[]?\s*[<>]?\s*\d)")
_FLAG_INSIDE: Final = re.compile(r"\s?(?:(?P<arrow>↑+|↓+)|\*+|\s(?P<letter>HH|LL|H|L)(?=\s))\s*")
_FLAGS: Final = {"high": "H", "low": "L", "normal": "N", "↑": "H", "↓": "L"}


@dataclass(frozen=True)
class Printed:
    """A piece read at a place: what it says, and where it ends."""

    said: str
    end: int


@dataclass(frozen=True)
class PrintedRange:
    """Ends of a range, None where open, with its unit as printed (empty: the value's).

    `other`: the ends in the other style of numbers, where some end can be read in two (`kg.readers.text.numbers`).
    """

    low: Decimal | None
    high: Decimal | None
    unit: str
    end: int
    other: tuple[Decimal | None, Decimal | None] | None = None

    @property
    def in_other_style(self) -> PrintedRange:
        """The same range with its ends in the other style of numbers."""
        low, high = self.other or (self.low, self.high)
        return replace(self, low=low, high=high, other=None)


def comparator_at(text: str, place: int) -> Printed | None:
    """A comparator as `<`, `<=`, `>`, `>=`, `~` or `=`."""
    match = _COMPARATOR.match(text, place)
    if match is None:
        return None
    sign = " ".join(match["sign"].casefold().split())
    known = (code for code, words in _WORDED if sign in words)
    return Printed(next(known, "~"), match.end())


def unit_at(text: str, place: int) -> Printed | None:
    """A unit as printed, known or not."""
    match = _UNIT.match(text, place)
    return Printed(" ".join(match["unit"].split()), match.end()) if match else None


def dose_at(text: str, place: int) -> Printed | None:
    """A unit of a dose: a mass or count that stands over no volume."""
    match = _DOSE.match(text, place)
    return Printed(match[0].strip(), match.end()) if match else None


def flag_at(text: str, place: int) -> Printed | None:
    """A laboratory's flag: H, L, HH, LL or N, as a letter, an arrow, or a word in brackets."""
    match = _FLAG.match(text, place)
    if match:
        return Printed(_flag(match["in"] or match["box"] or match["bare"] or match["word"]), match.end())
    match = _FLAG_BEFORE.match(text, place)
    if match and range_at(text, match.end(), False):
        return Printed(match["bare"], match.end())
    return None


def flagged_unit_at(text: str, place: int) -> tuple[Printed, Printed | None] | None:
    """A unit behind the flag or the asterisk that a laboratory prints between number and unit; the flag, if one."""
    match = _FLAG_INSIDE.match(text, place)
    unit = unit_at(text, match.end()) if match else None
    if match is None or unit is None:
        return None
    said = match["arrow"] or match["letter"]
    return unit, Printed(_flag(said), match.end()) if said else None


def _flag(said: str) -> str:
    return _FLAGS.get(said.casefold(), _FLAGS.get(said[0], said))


def range_at(text: str, place: int, commas: bool) -> PrintedRange | None:
    """A reference range: in brackets, or named, or two numbers parted by a dash that follow a unit."""
    opening = _RANGE.match(text, place)
    if opening is None:
        return None
    start = opening.end()
    sign = comparator_at(text, start)
    found = _one_sided(text, start, sign, commas) if sign else _two_sided(text, start, commas)
    if found is None:
        return None
    if opening["open"]:
        close = _CLOSE.match(text, found.end)
        return replace(found, end=close.end()) if close else None
    named = opening["name"] is not None
    return found if named or (found.low is not None and found.high is not None) else None


def _one_sided(text: str, start: int, sign: Printed, commas: bool) -> PrintedRange | None:
    number = _number(text, sign.end, commas)
    if number is None or sign.said not in ("<", "<=", ">", ">="):
        return None
    unit = unit_at(text, number.end)
    upper = sign.said.startswith("<")
    end, value, other = unit.end if unit else number.end, number.values[0], number.values[-1]
    swapped = (None if upper else other, other if upper else None) if other != value else None
    return PrintedRange(None if upper else value, value if upper else None, unit.said if unit else "", end, swapped)


def _two_sided(text: str, start: int, commas: bool) -> PrintedRange | None:
    low = _number(text, start, commas)
    if low is None:
        return None
    first_unit = unit_at(text, low.end)
    dash = _TO.match(text, first_unit.end if first_unit else low.end)
    high = _number(text, dash.end(), commas) if dash else None
    if high is None:
        return None
    unit = unit_at(text, high.end)
    chosen, doubt = unit or first_unit, len(low.values) + len(high.values) > 2
    other = (low.values[-1], high.values[-1]) if doubt else None
    end = unit.end if unit else high.end
    return PrintedRange(low.values[0], high.values[0], chosen.said if chosen else "", end, other)


def _number(text: str, place: int, commas: bool) -> Number | None:
    while place < len(text) and text[place].isspace() and text[place] != "\n":
        place += 1
    return number_at(text, place, commas)
