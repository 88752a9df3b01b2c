"""Bodies that cost a careless service much more than they cost who sends them; none is over a mebibyte."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

JSON = "application/json"
MOST = 1 << 20
LONG = 20_000
CASES = "/v1/assessments"
QUESTIONS = "/v1/questions"


class Hostile(NamedTuple):
    """A request: what is hostile in it, where it goes, its type and body."""

    name: str
    path: str
    type: str
    body: bytes


def corpus() -> list[Hostile]:
    """Every hostile body, each with a name of its own."""
    found = [*_syntax(), *_cases(), *_texts(), *_queries(), *_forms()]
    assert all(len(item.body) <= MOST for item in found)
    assert len({item.name for item in found}) == len(found)
    return found


def _syntax() -> Iterator[Hostile]:
    """JSON that is hard to parse, or to keep."""
    bodies = {
        "20,000 distinct fields": _object(f'"f{number}": 1' for number in range(LONG)),
        "60,000 equal fields": _object(['"f": 1'] * 60_000),
        "fields in 20,000 objects": b'{"findings": [' + b",".join([b'{"concept": "x"}'] * LONG) + b"]}",
        "500,000 open brackets": b"[" * 500_000,
        "500,000 open objects": b'{"a":' * 200_000,
        "900 levels": b"[" * 900 + b"]" * 900,
        "a field name of a mebibyte": b'{"' + b"n" * (MOST - 10) + b'": 1}',
        "a number of a million digits": b'{"age": ' + b"9" * 1_000_000 + b"}",
        "a million digits behind a point": b'{"age": 1.' + b"3" * 1_000_000 + b"}",
        "an exponent of a million digits": b'{"age": 1e' + b"9" * 1_000_000 + b"}",
        "an exponent of nine digits": b'{"age": 1e999999999}',
        "a number below nothing": b'{"measurements": [{"test": "Hb", "value": 1e-999999999, "unit": "g/L"}]}',
        "a mebibyte of blanks": b" " * MOST,
        "a mebibyte of escapes": b'{"sex": "' + b"\\u0000" * 170_000 + b'"}',
        "lone surrogates": b'{"sex": "' + b"\\ud800" * 170_000 + b'"}',
        "a string that never ends": b'{"sex": "' + b"x" * (MOST - 20),
        "500,000 numbers": b"[" + b",".join([b"1"] * 500_000) + b"]",
        "not UTF-8": b"\xff" * MOST,
        "nothing": b"",
    }
    yield from (Hostile(name, CASES, JSON, body) for name, body in bodies.items())


def _object(fields: Any) -> bytes:
    return ("{" + ", ".join(fields) + "}").encode()


def _cases() -> Iterator[Hostile]:
    """Cases that parse."""
    cases: dict[str, Any] = {
        "20,000 unknown names": {"findings": [{"concept": f"unknown {number}"} for number in range(LONG)]},
        "400 unknown names": {"findings": [{"concept": f"unknown name {number}"} for number in range(400)]},
        "400 long unknown names": {"findings": [{"concept": f"{number} " + "anemia " * 28} for number in range(400)]},
        "an unknown name of 900 kB": {"findings": [{"concept": "x" * 900_000}]},
        "a unit of 900 kB": {"measurements": [{"test": "Hb", "value": 1, "unit": "g" * 900_000}]},
        "a date of 900 kB": {"as_of": "2" * 900_000},
        "a status of 900 kB": {"findings": [{"concept": "anemia", "status": "p" * 900_000}]},
        "a comparator that is a list": {"measurements": [{"test": "Hb", "value": 1, "comparator": [[1]] * 9000}]},
        "400 values of one test": {
            "measurements": [{"test": "Hb", "value": number, "unit": "g/L"} for number in range(400)]
        },
        "400 diagnoses that are open": {"diagnoses": [{"concept": "lymphoma", "status": "suspected"}] * 400},
        "10,000 unknown fields of an entry": {"findings": [{f"field {number}": 1 for number in range(10_000)}]},
        "lists in the place of objects": {"findings": [[[]]] * 400, "record": [[]] * 9000},
        "10,000 complete lists": {"record": {"complete": ["treatments"] * 10_000}},
        "names of accents": {"findings": [{"concept": "e" + "\u0301" * 190}] * 400},
    }
    yield from (Hostile(name, CASES, JSON, json.dumps(case).encode()) for name, case in cases.items())


def _texts() -> Iterator[Hostile]:
    """Texts of 20,000 characters that lead regular expressions and lists of names astray."""
    parts = {
        **{f"a text of {name}": text for name, text in SIGNS.items()},
        "a text of one test": "Hb ",
        "a text of values": "Hb 1 ",
        "a text of denials": "no ",
        "a text of dates": "1/2/2026 ",
        "a text of diagnoses": "anemia and ",
        "a text of ages": "62-year-old ",
        "a text of slashes between names": "WBC/",
        "a text of table rows": "a\tb\n",
        "a text of unknown words": "qzx vwk ",
        "a text that is a long note": "62-year-old woman, pancytopenia, Hb 98 g/L, no fever. Darbepoetin since 5 May. ",
    }
    yield from (Hostile(name, CASES, JSON, _text("text", part)) for name, part in parts.items())
    yield Hostile("a question of one word", QUESTIONS, JSON, _text("question", "what "))
    yield Hostile("a question of brackets", QUESTIONS, JSON, _text("question", "("))
    yield Hostile("a text over the limit", CASES, JSON, json.dumps({"text": "x" * 900_000}).encode())


SIGNS = {
    "dashes": "-",
    "blanks": " ",
    "lines": "\n",
    "dots": ". ",
    "digits": "1",
    "brackets": "(",
    "accents": "e\u0301",
}


def _text(field: str, part: str) -> bytes:
    return json.dumps({field: (part * LONG)[:LONG]}).encode()


def _queries() -> Iterator[Hostile]:
    """Queries that are hard to parse or to tell from updates."""
    queries = {
        "a query of open braces": "ASK " + "{" * 100_000,
        "a query of filters": "ASK { FILTER(" + "!" * 100_000 + "true) }",
        "a query of prefixes": "".join(f"PREFIX p{number}: <x:{number}> " for number in range(LONG)) + "ASK {}",
        "a query of the word service": "ASK { ?service ?service2 '" + "service " * 50_000 + "' }",
        "a query of comments": "#" * 500_000 + "\nASK {}",
        "a query of strings that do not end": "ASK { ?s ?p '" * 20_000,
    }
    yield from (Hostile(name, "/sparql", "application/sparql-query", text.encode()) for name, text in queries.items())


def _forms() -> Iterator[Hostile]:
    form = "application/x-www-form-urlencoded"
    yield Hostile("a form of 300,000 fields", "/sparql", form, b"a=1&" * 250_000)
    yield Hostile("a form of percent signs", "/sparql", form, b"query=" + b"%" * 1_000_000)
    yield Hostile("a page's form of 250,000 fields", "/", form, b"a=1&" * 250_000)
    anchors = "a0: &a0 [1, 2]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60))
    yield Hostile("YAML that refers to itself", "/", form, ("text=" + "findings: x\n" + anchors).encode())
