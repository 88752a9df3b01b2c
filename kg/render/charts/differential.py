"""The differential as counts on each axis: sentences for and against, findings explained and not. No probability."""

from __future__ import annotations

from typing import Final

from kg.assess import Assessment
from kg.render.charts.chart import ACCENT, INK, QUIET, Chart, Spec, data, padding, specification
from kg.render.parts import Parts
from kg.render.wording import strength

MOST: Final = 8
AXES: Final = (("sentences", "against", "for"), ("findings", "not explained", "explained"))


def differential(assessment: Assessment, narrow: bool) -> Chart | None:
    """The chart of the open conditions, in the order of the differential."""
    found = Parts(assessment).open_conditions[:MOST]
    if len(found) < 2:
        return None
    counts = [
        (one.label, len(one.claims), len(one.against), len(one.explains), len(one.unexplained), strength(one.strength))
        for one in found
    ]
    rows = tuple((label, said, *map(str, numbers)) for label, *numbers, said in counts)
    first = counts[0]
    alternative = f"Evidence for {len(found)} conditions by axis; first {first[0]}: {first[1]} sentences for it."
    bars = [
        {"what": label, "axis": axis, "side": side, "number": number * sign, "printed": str(number) if number else ""}
        for label, for_it, against, explained, unexplained, _ in counts
        for axis, side, number, sign in (
            ("sentences", "for", for_it, 1),
            ("sentences", "against", against, -1),
            ("findings", "explained", explained, 1),
            ("findings", "not explained", unexplained, -1),
        )
    ]
    order = [one.label for one in found]
    panels = [_panel(axis, names, bars, order, narrow, first=not number) for number, (axis, *names) in enumerate(AXES)]
    room = padding(order, 130 if narrow else 260)
    body = {"hconcat": panels, "spacing": 12, "padding": room, "resolve": {"scale": {"y": "shared"}}}
    headings = ("Condition", "As printed", "Sentences for", "against", "Findings explained", "not explained")
    return Chart(
        "differential",
        "What speaks for it",
        alternative,
        headings,
        rows,
        specification(body | {"padding": padding(order, 130 if narrow else 260)}),
    )


def _panel(
    axis: str, sides: list[str], bars: list[dict[str, object]], order: list[str], narrow: bool, first: bool
) -> Spec:
    rows = [bar for bar in bars if bar["axis"] == axis]
    labels = {"title": None, "ticks": False, "domain": False, "labelLimit": 130 if narrow else 260}
    y = {"field": "what", "type": "nominal", "sort": order, "axis": labels if first else None}
    most = max(abs(int(str(bar["number"]))) for bar in rows) or 1
    x = {"field": "number", "type": "quantitative", "scale": {"domain": [-most - 1, most + 1]}, "axis": None}
    colours = {"domain": sides, "range": [QUIET, ACCENT]}
    text = {"type": "text", "fontSize": 11, "color": QUIET}
    return {
        "title": {"text": f"{sides[0]} | {sides[1]}", "fontSize": 11, "fontWeight": "normal", "anchor": "middle"},
        "width": 95 if narrow else 210,
        "height": {"step": 24},
        "data": data(rows),
        "encoding": {"y": y, "x": x},
        "layer": [
            {
                "mark": {"type": "bar", "height": 12},
                "encoding": {"color": {"field": "side", "type": "nominal", "scale": colours, "legend": None}},
            },
            {"mark": {"type": "rule", "color": INK}, "encoding": {"x": {"datum": 0}, "y": None}},
            {
                "transform": [{"filter": "datum.number > 0"}],
                "mark": {**text, "align": "left", "dx": 4},
                "encoding": {"text": {"field": "printed"}},
            },
            {
                "transform": [{"filter": "datum.number < 0"}],
                "mark": {**text, "align": "right", "dx": -4},
                "encoding": {"text": {"field": "printed"}},
            },
        ],
    }
