"""A certificate in plain words, a line each: made of its other parts alone, so that a verifier makes it again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any


def reading(predicate: Mapping[str, Any]) -> list[str]:
    """The lines: what it is about, what was concluded, what it rests on, what stays open, what was not understood."""
    return [*_head(predicate), *_conclusions(predicate), *_cited(predicate), *_open(predicate), *_unread(predicate)]


def _head(predicate: Mapping[str, Any]) -> Iterator[str]:
    facts, program = predicate["facts"], predicate["program"]
    stated = len(facts["facts"]) + len(facts["measurements"])
    yield f"What follows from {stated} facts as of {facts['as_of']}."
    yield f"Ontology {predicate['ontology']['version']}; {program['name']} {program['version']}."
    yield from (f"Alert: {alert['sentence']}" for alert in predicate["answer"].get("alerts", []))


def _conclusions(predicate: Mapping[str, Any]) -> Iterator[str]:
    for item in predicate["conclusions"]:
        yield f"{item['id']}: {item['words']}."


def _cited(predicate: Mapping[str, Any]) -> Iterator[str]:
    for claim in predicate["cited"]:
        passage = claim["passage"]
        markers = ", ".join(f"[{marker['number']}] {marker['state']}" for marker in claim["markers"]) or "no marker"
        place = f"{passage['article']} {passage['start']}-{passage['end']}"
        yield f"{claim['id']} ({place}; {markers}): {claim['sentence']}"
        yield from (f"{claim['id']}, doubt: {doubt['text']}" for doubt in claim["doubts"])


def _open(predicate: Mapping[str, Any]) -> Iterator[str]:
    counts = Counter(predicate["outcomes"].values())
    parts = ", ".join(f"{counts[name]} {name}" for name in ("applicable", "excluded", "ambiguous", "undetermined"))
    yield f"No claim was skipped: {parts}, {sum(counts.values())} in all."
    models = predicate["open"]["models"]
    yield f"{len(models)} extensions of the facts show why claims are open: each holds in one and fails in another."
    for side, names in sorted(predicate["open"]["without_model"].items()):
        if names:
            yield f"No extension was found in which {side}: {', '.join(names)}."
    for use in predicate["usage"]:
        if not use["used_in"]:
            changes = ", ".join(use["without"]) or "nothing"
            yield f"Fact {use['fact'] + 1} is used in no proof; without it changes: {changes}."


def _unread(predicate: Mapping[str, Any]) -> Iterator[str]:
    for item in predicate["facts"]["unread"]:
        yield f"Not understood ({item['reason']}): {item['text']}"
