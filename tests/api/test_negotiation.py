"""Accept and Accept-Encoding: what a client likes best of what is offered."""

from __future__ import annotations

import pytest

from api.transport.negotiation import accepted, media_type, takes_gzip

OFFERED = ["text/turtle", "application/ld+json", "application/rdf+xml"]

CASES = {
    "no header takes the first": (None, "text/turtle"),
    "an empty header takes the first": ("", "text/turtle"),
    "anything takes the first": ("*/*", "text/turtle"),
    "an exact type": ("application/ld+json", "application/ld+json"),
    "case does not matter": ("Application/LD+JSON", "application/ld+json"),
    "the higher quality wins": ("text/turtle;q=0.4, application/rdf+xml;q=0.9", "application/rdf+xml"),
    "no quality is the highest": ("application/rdf+xml, text/turtle;q=0.9", "application/rdf+xml"),
    "of equal ones the first offered wins": ("application/rdf+xml, text/turtle", "text/turtle"),
    "a range of types": ("application/*", "application/ld+json"),
    "the specific one overrules the range": ("application/*, application/ld+json;q=0", "application/rdf+xml"),
    "the range does not raise what is refused": ("*/*, text/turtle;q=0", "application/ld+json"),
    "unknown types are passed over": ("text/html, text/turtle;q=0.1", "text/turtle"),
    "spaces around the semicolon": ("text/turtle ; q=0.1 , application/ld+json ; q=0.2", "application/ld+json"),
    "three decimals": ("text/turtle;q=0.001", "text/turtle"),
    "parameters do not restrict": ('application/ld+json;profile="http://www.w3.org/ns/json-ld#flattened"', OFFERED[1]),
    "a browser": ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/turtle"),
    "nothing acceptable": ("text/html", None),
    "everything refused": ("*/*;q=0", None),
    "a quality that is none": ("text/turtle;q=high", None),
    "a quality above one": ("text/turtle;q=2", None),
}


@pytest.mark.parametrize(("header", "expected"), CASES.values(), ids=CASES.keys())
def test_the_offered_type_that_a_client_likes_best_is_chosen(header: str | None, expected: str | None) -> None:
    assert accepted(header, OFFERED) == expected


def test_nothing_offered_is_nothing_accepted() -> None:
    assert accepted("*/*", []) is None
    assert accepted(None, []) is None


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, False),
        ("", False),
        ("gzip", True),
        ("br, gzip;q=0.5", True),
        ("*", True),
        ("gzip;q=0, *", False),
        ("identity", False),
    ],
)
def test_gzip_is_used_only_for_those_who_take_it(header: str | None, expected: bool) -> None:
    assert takes_gzip(header) is expected


def test_a_content_type_has_a_name_and_parameters() -> None:
    assert media_type('Text/CSV; Charset="UTF-8"') == ("text/csv", {"charset": "utf-8"})
    assert media_type("") == ("", {})
