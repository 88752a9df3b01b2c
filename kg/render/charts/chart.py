"""A chart as data, and how Vega draws it: colours for a light and a dark screen, one font, no script."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Final

from kg.errors import PictureError

Spec = Mapping[str, Any]
Row = Mapping[str, Any]

INK, QUIET, LINE, PAPER = "#16202c", "#55606e", "#dde3e9", "#ffffff"
ACCENT, SOFT, NORMAL, CRITICAL, ALARM = "#0a5a78", "#e9edf1", "#cfe8d8", "#f6cfcb", "#a3160f"
DARK: Final[Mapping[str, str]] = {
    INK: "#e6ebf0",
    QUIET: "#a5b0bc",
    LINE: "#323c46",
    PAPER: "#11161b",
    ACCENT: "#7cc7e0",
    SOFT: "#262f38",
    NORMAL: "#204a31",
    CRITICAL: "#5a211d",
    ALARM: "#ff9d95",
}
FONT: Final = "system-ui, Helvetica, Arial, sans-serif"
WIDE, NARROW = 760, 358
SCHEMA: Final = "https://vega.github.io/schema/vega-lite/v6.json"
CONFIG: Final[Spec] = {
    "font": FONT,
    "background": "transparent",
    "view": {"stroke": None},
    "axis": {
        "labelColor": INK,
        "titleColor": QUIET,
        "labelFontSize": 12,
        "titleFontSize": 11,
        "titleFontWeight": "normal",
        "domainColor": LINE,
        "tickColor": LINE,
        "gridColor": LINE,
        "labelLimit": 230,
    },
    "text": {"color": INK, "fontSize": 12},
    "title": {"color": INK, "fontSize": 13, "anchor": "start"},
}


@dataclass(frozen=True)
class Chart:
    """A picture: its title, what it shows in words, its data as a table, its Vega-Lite specification."""

    name: str
    title: str
    alternative: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    spec: Spec


def specification(body: Spec) -> Spec:
    """A specification with the look that all charts share."""
    return {"$schema": SCHEMA, "config": CONFIG, **body}


def padding(labels: Iterable[str], limit: int, right: int = 4) -> Spec:
    """Room around a chart whose labels stand to its left: a browser's font may be wider than that of the server."""
    widest = min(limit, max(map(len, labels), default=0) * 7)
    return {"left": 6 + widest // 5, "right": right, "top": 6, "bottom": 6}


def data(rows: Sequence[Row]) -> Spec:
    return {"values": [dict(row) for row in rows]}


def draws() -> bool:
    """Whether charts can be drawn here."""
    return find_spec("vl_convert") is not None


def svg(chart: Chart) -> bytes:
    """The picture in UTF-8, with the colours of a dark screen where the reader has one.

    Raises PictureError where Vega cannot run.
    """
    try:
        import vl_convert  # noqa: PLC0415 - an extra, and half a second at its first picture
    except ImportError as error:
        raise PictureError("charts need the extra `pictures`: pip install 'warrant[pictures]'") from error
    text: str = vl_convert.vegalite_to_svg(json.dumps(chart.spec), allowed_base_urls=[])
    head, _, rest = text.partition(">")
    return f"{head}>{_style()}{rest}".encode()


def _style() -> str:
    """Rules that put the dark colours in the place of the light ones."""
    rules = "".join(
        f'[fill="{light}"]{{fill:{dark}}}[stroke="{light}"]{{stroke:{dark}}}' for light, dark in DARK.items()
    )
    return f"<style>@media (prefers-color-scheme: dark){{{rules}}}</style>"
