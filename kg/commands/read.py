"""`warrant read`: what a text is read as; `--trace` shows what each stage of the reader adds."""

from __future__ import annotations

import argparse
import dataclasses
import datetime
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from kg import render
from kg.commands.common import DONE, command, day_argument, day_of
from kg.knowledge import Knowledge
from kg.readers.text import TextReading, read_text
from kg.readers.text.document import Component, Document
from kg.readers.text.lexicon import lexicon_of
from kg.readers.text.medspacy import to_medspacy
from kg.readers.text.named import Place
from kg.readers.text.pipeline import trace_text

MOST: Final = 40


def add(commands: Any) -> None:
    """Declare the command."""
    example = "warrant read --trace < note.txt"
    found = command(commands, "read", run, "what a text is read as, stage by stage", example)
    found.add_argument("text", nargs="?", default="-", metavar="TEXT", help="the text; - is standard input")
    day_argument(found)
    found.add_argument("--trace", action="store_true", help="what each stage adds")
    found.add_argument("--cues", action="store_true", help="the cues of all languages as medspaCy's JSON, and no text")


def run(options: argparse.Namespace) -> int:
    """The case that a text states and what was left out, as JSON; before it the stages, where they are asked for."""
    knowledge = Knowledge(options.ontology)
    if options.cues:
        sys.stdout.write(to_medspacy(lexicon_of(knowledge.names).language.cues) + "\n")
        return DONE
    text = sys.stdin.read() if options.text == "-" else options.text
    day = day_of(options)
    if options.trace:
        for component, document in trace_text(text, knowledge.names, day):
            sys.stdout.writelines(_lines(component, document))
    reading = read_text(text, knowledge.names, day)
    sys.stdout.write(render.dumps(reading_json(reading)) + "\n")
    return DONE


def reading_json(reading: TextReading) -> dict[str, Any]:
    """The case, where each of its paths stands in the text, and every span that was not used."""
    return {
        "kind": str(reading.kind),
        "case": _plain(reading.case),
        "spans": {path: [span.start, span.end] for path, span in sorted(reading.origins.items())},
        "not_understood": [
            {"text": item.text, "start": item.start, "end": item.end, "reason": str(item.code), "message": item.reason}
            for item in reading.not_understood
        ],
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value if isinstance(value, str | int) or value is None else float(value)


def _lines(component: Component, document: Document) -> Iterator[str]:
    """The name of a stage and, for each of its layers, what it holds."""
    yield f"{component.name}\n"
    for layer in component.assigns:
        held = getattr(document, layer)
        items = held if isinstance(held, tuple) else (held,)
        yield f"  {layer} ({len(items)})\n"
        yield from (f"    {_shown(item, document.seen)}\n" for item in items[:MOST])
        if len(items) > MOST:
            yield f"    and {len(items) - MOST} more\n"


def _shown(item: object, text: str) -> str:
    """One item in a line: the characters that it covers, then its fields that say something."""
    if isinstance(item, Place):
        marks = " ".join(sorted(item.named.marks)) or "no marks"
        return f"{item.named.hit.phrase!r} {item.assertion or item.sense} ({marks})"
    if not dataclasses.is_dataclass(item):
        return str(item)
    start, end = getattr(item, "start", None), getattr(item, "end", None)
    said = repr(text[start:end]) if isinstance(start, int) and isinstance(end, int) else ""
    return f"{said} {type(item).__name__} {_fields(item)}".strip()


def _fields(item: object) -> str:
    found = []
    for each in dataclasses.fields(item):  # type: ignore[arg-type]
        value = getattr(item, each.name)
        simple = isinstance(value, str | int | datetime.date) or (isinstance(value, Sequence) and len(value) == 0)
        if simple and value and each.name not in ("start", "end", "text", "first", "last"):
            found.append(f"{each.name}={value}")
    return " ".join(found)
