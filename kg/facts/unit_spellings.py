"""From the units that laboratories print to UCUM codes (the Unified Code for Units of Measure).

A unit is read as a numerator and a denominator, each by its own spellings, so that what is printed for one of them
holds with every other. Case matters only where two units differ by nothing else (`G/L` is giga per litre, `g/L` grams).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Final


def _table(rows: Mapping[str, str]) -> Mapping[str, str]:
    return {spelling: code for code, spellings in rows.items() for spelling in spellings.split(", ")}


# what differs from another unit by case alone, or is written without a denominator
_EXACT: Final = _table({
    "10*9/L": "G/L, G/l", "10*12/L": "T/L, T/l", "10*6/uL": "M/uL", "mmol/L": "mM", "umol/L": "uM", "nmol/L": "nM",
    "pmol/L": "pM",
})  # fmt: skip
_NUMERATORS: Final = _table({
    "g": "g, gm, gms, gr, gram, grams", "mg": "mg, mgs, mgm, milligram, milligrams",
    "ug": "ug, mcg, mcgs, microgram, micrograms, gamma", "ng": "ng, nanogram, nanograms",
    "pg": "pg, picogram, picograms",
    "mmol": "mmol, mmols, millimol, millimole, millimoles", "nmol": "nmol, nmols, nanomol, nanomole, nanomoles",
    "umol": "umol, umols, mcmol, micromol, micromole, micromoles", "pmol": "pmol, pmols, picomol, picomole, picomoles",
    "U": "u, unit, units", "mU": "mu, milliunit, milliunits", "k[U]": "ku", "[iU]": "iu, [iu], intl units",
    "m[iU]": "miu, m[iu]", "k[iU]": "kiu, k[iu]", "ukat": "ukat, mckat", "nkat": "nkat",
})  # fmt: skip
_COUNTS: Final = _table({
    "": ", #, cell, cells, {cells}, {#}, {cell}, no., count",
    "10*3": "k, kcells, thou, thous, thousand, thousands, tsd, tsd., x1000, 1000, x 1000",
    "10*6": "mill, mil, million, millions, mio, mio.",
    "10*9": "gi, giga, gpt, billion, billions, bill",
    "10*12": "ti, tera, tpt, trillion",
})  # fmt: skip
_VOLUMES: Final = _table({
    "L": "l, liter, liters, litre, litres, ltr",
    "dL": "dl, deciliter, deciliters, decilitre, decilitres, 100ml, 100 ml",
    "mL": "ml, milliliter, milliliters, millilitre, millilitres, cc, cm3, cu cm",
    "uL": "ul, mcl, mm3, cmm, cumm, cu mm, cu.mm, cu. mm, mm^3, mm*3, microliter, microliters, microlitre, "
    "microlitres, cubic millimeter, cubic millimeters, cubic millimetre, cubic millimetres",
    "nL": "nl, nanoliter, nanolitre",
})  # fmt: skip
_ALONE: Final = _table({
    "%": "%, percent, per cent, pct, pct., % of total, vol%, vol %", "1": "1, fraction, ratio, {ratio}, {fraction}",
    "fL": "fl, fl., femtoliter, femtoliters, femtolitre, femtolitres, um3, um^3, um*3, cu micron, cu microns, "
    "cubic micron, cubic microns, cu um",
    "cm": "cm, centimeter, centimeters, centimetre, centimetres",
    "mm": "mm, millimeter, millimeters, millimetre, millimetres", "m": "m, meter, meters, metre, metres",
})  # fmt: skip
# 10^9, 10*9, 10**9, 10e9, 10(9), 109 (superscripts), x10E+09, E9
_POWER: Final = re.compile(r"(?:[x*.]?\s*10\s*(?:\^|\*{1,2}|e\+?|\()?\s*0?|(?:x\s*)?e\+?0?)([1-9]\d?)\)?\s*(.*)")
_PER_AREA: Final = re.compile(
    r"ml/min(?:ute)?\s*/?\s*[({]?\s*1[.,]73\s*[._]?\s*(?:m\s*[\^*]?\s*2|sq\.?\s*m\.?)?\s*[)}]?"
)
_PER_MINUTE: Final = re.compile(r"ml/min(?:ute)?s?")
_PERCENT: Final = re.compile(r"(\w+)\s*%")
_INVERSE: Final = re.compile(r"(.+?)\s*[.*]\s*([a-z]+)\s*\^?-1")
_PER: Final = re.compile(r"\s*(?:/|\bper\b)\s*")


@lru_cache(maxsize=4096)
def ucum(spelling: str) -> str:
    """The UCUM code of a printed unit, or the spelling itself where it is none that is known.

    >>> ucum("x10^9/L"), ucum("K/µL"), ucum("Mg/dL"), ucum("g per litre"), ucum("mm3"), ucum("mL/min")
    ('10*9/L', '10*3/uL', 'mg/dL', 'g/L', 'mm3', 'mL/min')
    """
    text = unicodedata.normalize("NFKC", spelling).replace("μ", "u").replace("µ", "u").strip()
    text = text.replace("×", "x").replace("·", ".").replace("−", "-")
    if text in _EXACT:
        return _EXACT[text]
    plain = _PER.sub("/", text.casefold().replace("i.u.", "iu"))
    if found := _ALONE.get(plain):
        return found
    if _PER_AREA.fullmatch(plain):
        return "mL/min/{1.73_m2}"
    if _PER_MINUTE.fullmatch(plain):
        return "mL/min"
    if (percent := _PERCENT.fullmatch(plain)) and percent[1] in _NUMERATORS:
        return f"{_NUMERATORS[percent[1]]}/dL"
    if inverse := _INVERSE.fullmatch(plain):
        plain = f"{inverse[1]}/{inverse[2]}"
    return _fraction(plain) or text


def _fraction(plain: str) -> str:
    """The code of a unit with one denominator, nothing where one of its parts is not known."""
    above, slash, below = plain.partition("/")
    volume = _VOLUMES.get(below.strip())
    if not slash or volume is None:
        return ""
    above = above.strip()
    if above in _NUMERATORS:
        return f"{_NUMERATORS[above]}/{volume}"
    count = _count(above)
    if count is None:
        return ""
    if volume == "nL":
        # one in a nanolitre is a thousand in a microlitre
        return "10*3/uL" if not count else ""
    return f"{count}/{volume}"


def _count(above: str) -> str | None:
    """A power of ten with or without what is counted; None for anything else."""
    if above in _COUNTS:
        return _COUNTS[above]
    power = _POWER.fullmatch(above)
    if power is None or _COUNTS.get(power[2]) != "":
        return None
    return f"10*{power[1]}"
