"""What the ontology's sources hold, read from the YAML alone: with what tests compare the counts of the program."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

import yaml

from places import ROOT

FIRST_ARTICLES: Final = ("A0", "A1", "A4")
"""The articles of which some tests speak in particular; others may be added."""


@cache
def claims_by_article() -> Mapping[str, tuple[str, ...]]:
    """The ids of the claims of each article, in the order of its file."""
    found = {}
    for path in sorted((ROOT / "ontology" / "articles").glob("*.yaml")):
        content = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
        found[content["article"]["id"]] = tuple(claim["id"] for claim in content["claims"])
    assert set(FIRST_ARTICLES) <= set(found)
    return found


def released_articles() -> frozenset[str]:
    """The ids of the articles that are no drafts."""
    found: set[str] = set()
    for path in sorted((ROOT / "ontology" / "articles").glob("*.yaml")):
        head = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)["article"]
        if head.get("status") != "draft":
            found.add(head["id"])
    return frozenset(found)


def claim_count() -> int:
    """How many claims the articles make together."""
    return sum(map(len, claims_by_article().values()))


def example_names() -> list[str]:
    """The example patients by the names of their case files."""
    found = sorted(path.stem for path in (ROOT / "ontology" / "examples").glob("*.yaml"))
    assert len(found) >= 15
    return found
