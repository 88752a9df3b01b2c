"""Content negotiation: Accept and Accept-Encoding with quality values (RFC 9110, sections 12.5.1 and 12.5.3)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

_QUALITY = re.compile(r"0(?:\.\d{0,3})?|1(?:\.0{0,3})?")


class MediaRange(NamedTuple):
    """An element of an Accept header: a media range or a coding, and its quality."""

    name: str
    quality: float


def accepted(header: str | None, offered: Sequence[str]) -> str | None:
    """The offered media type that a client likes best, nothing if it takes none of them.

    The most specific range decides the quality of each; of equal ones the first offered wins. No header takes all.
    Parameters of a range (charset, profile) do not restrict it: each type is offered in one variant.

    >>> accepted("text/turtle;q=0.5, application/*", ["text/turtle", "application/ld+json"])
    'application/ld+json'
    """
    if header is None or not header.strip():
        return offered[0] if offered else None
    ranges = tuple(_ranges(header))
    ranked = [(_quality(ranges, media_type), -position) for position, media_type in enumerate(offered)]
    quality, position = max(ranked, default=(0.0, 0))
    return offered[-position] if quality > 0 else None


def takes_gzip(header: str | None) -> bool:
    """Whether a client takes gzip; without a header it need not."""
    qualities = {item.name: item.quality for item in _ranges(header or "")}
    return qualities.get("gzip", qualities.get("x-gzip", qualities.get("*", 0.0))) > 0


def media_type(header: str) -> tuple[str, dict[str, str]]:
    """A Content-Type as type and parameters, both in lower case."""
    name, *parameters = header.split(";")
    pairs = (parameter.partition("=") for parameter in parameters)
    return name.strip().lower(), {key.strip().lower(): value.strip(' "').lower() for key, _, value in pairs}


def _ranges(header: str) -> Iterator[MediaRange]:
    """The elements of a header; one whose quality is no quality is skipped, as if it were not there."""
    for element in header.split(","):
        name, parameters = media_type(element)
        quality = parameters.pop("q", "1")
        if name and _QUALITY.fullmatch(quality):
            yield MediaRange(name, float(quality))


def _quality(ranges: Sequence[MediaRange], offered: str) -> float:
    """The quality of the most specific range that covers a media type."""
    levels = {offered: 2, f"{offered.partition('/')[0]}/*": 1, "*/*": 0}
    return max(((levels[item.name], item.quality) for item in ranges if item.name in levels), default=(0, 0.0))[1]
