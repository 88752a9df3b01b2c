"""Words that are no misspelling and no name of the vocabulary: general ones, and clinical ones outside the articles.

General words come from the dictionaries of `pyspellchecker`, clinical ones from the titles and inclusion terms of
ICD-10-CM as `simple-icd-10-cm` ships its release. A site may add labels of HPO, MONDO or LOINC, unmodified: a file that
`WARRANT_LABELS` names, in OBO format or with one label a line. Packages are read as files, never imported.
"""

from __future__ import annotations

import gzip
import importlib.util
import json
import os
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final

LANGUAGES: Final = ("en",)
SITE: Final = "WARRANT_LABELS"
RARE: Final = 200
_ONE_WORD: Final = re.compile(
    r"<name>[A-T]\d\w[.\w]*</name>\s*<desc>(?:Unspecified )?([A-Za-z]{5,})(?:, unspecified)?</desc>"
)
_TITLE: Final = re.compile(r"<(?:desc|note)>([^<]*)<")
_LABEL: Final = re.compile(r'^(?:name: (?P<name>.*)|synonym: "(?P<synonym>[^"]*)".*)$', re.MULTILINE)
_WORD: Final = re.compile(r"[^\W\d_]{4,}")


@lru_cache(maxsize=1)
def general_words() -> dict[str, int]:
    """Words of general English, with how often they were counted."""
    found: dict[str, int] = {}
    folder = _folder("spellchecker")
    for language in LANGUAGES:
        path = folder / "resources" / f"{language}.json.gz" if folder else None
        if path and path.exists():
            found = json.loads(gzip.decompress(path.read_bytes())) | found
    return found


@lru_cache(maxsize=1)
def clinical_words() -> frozenset[str]:
    """Words of clinical classifications that general language hardly has."""
    words = {word for label in _labels() for word in _WORD.findall(label.casefold())}
    general = general_words()
    return frozenset(word for word in words if general.get(word, 0) < RARE)


@lru_cache(maxsize=1)
def named_disorders() -> frozenset[str]:
    """Disorders and symptoms whose name is one word and the whole title of a code, common as the word may be."""
    return frozenset(word.casefold() for text in _classifications() for word in _ONE_WORD.findall(text))


def is_a_word(word: str) -> bool:
    """Whether a word stands in any list, and so is no misspelling."""
    return word in general_words() or word in clinical_words()


def _classifications() -> Iterator[str]:
    folder = _folder("simple_icd_10_cm")
    for path in sorted((folder / "data").glob("*.xml")) if folder else ():
        yield path.read_text(encoding="utf-8")


def _labels() -> Iterator[str]:
    for text in _classifications():
        yield from _TITLE.findall(text)
    site = os.environ.get(SITE)
    if site and Path(site).is_file():
        text = Path(site).read_text(encoding="utf-8")
        obo = [match["name"] or match["synonym"] for match in _LABEL.finditer(text)]
        yield from obo or text.splitlines()


def _folder(package: str) -> Path | None:
    """Where an installed package lies; it is not imported."""
    spec = importlib.util.find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else None
