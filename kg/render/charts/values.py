"""Each current value on its interval: where it lies between the limits, and beyond which a value is critical.

The zones are drawn equally wide, so that tests can be compared; within a zone a value is placed in proportion.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final, NamedTuple

from kg.assess import Assessment
from kg.assess.issues import current
from kg.facts.patient import Measurement
from kg.ontology.model import ReferenceInterval
from kg.record.judgements import Judgement, Yardstick
from kg.record.observations import Interpreter
from kg.record.record import text
from kg.render.charts.chart import (
    ACCENT,
    ALARM,
    CRITICAL,
    INK,
    NORMAL,
    PAPER,
    QUIET,
    SOFT,
    Chart,
    Spec,
    data,
    padding,
    specification,
)
from kg.render.wording import unit, words

MOST: Final = 16
END: Final = 5
JUDGED: Final = {
    Yardstick.ARTICLE: "limit of the article",
    Yardstick.LABORATORY: "laboratory's range",
    Yardstick.FLAG: "laboratory's flag",
    Yardstick.STATEMENT: "as stated",
    Yardstick.DEFAULT: "general interval",
}


class StripLimits(NamedTuple):
    """The limits of a value in its canonical unit; `printed`: they came with the value."""

    critical_low: Decimal | None
    low: Decimal | None
    high: Decimal | None
    critical_high: Decimal | None
    printed: bool


def values(assessment: Assessment, narrow: bool) -> Chart | None:
    """The chart of the current values that have a limit."""
    record, ontology = assessment.record, assessment.ontology
    interpreter = Interpreter(ontology, record.facts, ())
    latest = [occasion.values[-1] for occasion in current(record)][:MOST]
    found = [(one, limits(interpreter.interval_of(one.quantity), one, record.judgements.get(one))) for one in latest]
    rows = [(one, limit) for one, limit in found if limit.low is not None or limit.high is not None]
    if not rows:
        return None
    zones = [zone for one, limit in rows for zone in _zones(ontology.label(one.quantity), limit)]
    points = [_point(ontology.label(one.quantity), one, limit, record.judgements.get(one)) for one, limit in rows]
    table = tuple(
        (ontology.label(one.quantity), _given(one), _between(limit, one), _position(record.judgements.get(one)))
        for one, limit in rows
    )
    said = "; ".join(f"{name} {given}: {position}" for name, given, _, position in table)
    return Chart(
        "values",
        "Values on their intervals",
        f"Each value between its limits. {said}.",
        ("Test", "Value", "Interval", "Position"),
        table,
        _spec(zones, points, narrow),
    )


def limits(item: ReferenceInterval | None, one: Measurement, found: Judgement | None = None) -> StripLimits:
    """The limits of a value: those printed with it, else those of its reference interval, else the one that judged."""
    critical = (item.critical_below, item.critical_above) if item else (None, None)
    if one.range:
        low, high, printed = one.range.low, one.range.high, True
    elif item and (item.low_below is not None or item.high_above is not None):
        low, high, printed = item.low_below, item.high_above, False
    else:
        over, limit = (found.position.endswith("high"), found.limit) if found else (False, None)
        low, high, printed = None if over else limit, limit if over else None, True
    return StripLimits(critical[0], low, high, critical[1], printed)


def place(value: Decimal, limit: StripLimits) -> float:
    """Where a value lies on the strip: low from 1 to 2, within from 2 to 3, high from 3 to 4, critical outside these.

    A zone without its inner limit reaches to the next one; beyond the last limit the strip is compressed.

    >>> strip = StripLimits(Decimal(70), Decimal(120), Decimal(160), None, True)
    >>> place(Decimal(140), strip), place(Decimal(95), strip), place(Decimal(35), strip), place(Decimal(200), strip)
    (2.5, 1.5, 0.5, 3.4)
    """
    marks = [(at, one) for at, one in zip((1, 2, 3, 4), limit[:4], strict=True) if one is not None]
    below = [pair for pair in marks if pair[1] <= value]
    above = [pair for pair in marks if pair[1] > value]
    if not above:
        at, last = below[-1]
        return at + float((END - at) * (value - last) / value) if value else at
    start, least = below[-1] if below else (0, Decimal(0))
    stop, most = above[0]
    return start + float((stop - start) * (value - least) / (most - least))


def _zones(label: str, limit: StripLimits) -> Iterator[dict[str, object]]:
    low, high = limit.low is not None, limit.high is not None
    inside = (2 if low else 0, 3 if high else END)
    yield {"test": label, "from": 0, "to": END, "zone": "outside"}
    yield {"test": label, "from": inside[0], "to": inside[1], "zone": "printed" if limit.printed else "general"}
    if limit.critical_low is not None:
        yield {"test": label, "from": 0, "to": 1, "zone": "critical"}
    if limit.critical_high is not None:
        yield {"test": label, "from": 4, "to": END, "zone": "critical"}


def _point(label: str, one: Measurement, limit: StripLimits, found: Judgement | None) -> dict[str, object]:
    value = (one.value.low if one.value.low is not None else one.value.high) or Decimal(0)
    position = found.position if found else ""
    alarm = "critical" if position.startswith("critical") else "out" if position in ("low", "high") else "in"
    return {"test": label, "at": place(value, limit), "said": _given(one), "alarm": alarm, "limits": _short(limit, one)}


def _given(one: Measurement) -> str:
    return f"{one.comparator}{text(one.given)} {unit(one.given_unit)}"


def _short(limit: StripLimits, one: Measurement) -> str:
    """The limits in the unit of the value."""
    known = one.value.low or one.value.high
    factor = one.given / known if known else Decimal(1)
    low, high = (None if one is None else text(Decimal(f"{one * factor:.4g}")) for one in (limit.low, limit.high))
    return f"{low}–{high}" if low and high else f"≥ {low}" if low else f"≤ {high}"


def _between(limit: StripLimits, one: Measurement) -> str:
    origin = "printed" if limit.printed else "general"
    return f"{_short(limit, one)} {unit(one.given_unit)} ({origin})"


def _position(found: Judgement | None) -> str:
    return f"{words(found.position)}, {JUDGED[found.yardstick]}" if found else "not judged"


def _spec(zones: list[dict[str, object]], points: list[dict[str, object]], narrow: bool) -> Spec:
    order = [point["test"] for point in points]
    labels = {"limit": 105 if narrow else 215}
    y = {
        "field": "test",
        "type": "nominal",
        "sort": order,
        "axis": {"title": None, "ticks": False, "domain": False, "labelLimit": labels["limit"]},
    }
    x = {"field": "from", "type": "quantitative", "scale": {"domain": [0, END]}, "axis": None}
    fill = {"range": [SOFT, NORMAL, PAPER, CRITICAL], "domain": ["outside", "printed", "general", "critical"]}
    kind = {"field": "zone", "type": "nominal", "scale": fill, "legend": None}
    alarm = {"domain": ["in", "out", "critical"], "range": [INK, INK, ALARM]}
    shape = {"domain": ["in", "out", "critical"], "range": ["circle", "circle", "diamond"]}
    colour = {"field": "alarm", "type": "nominal", "scale": alarm, "legend": None}
    at = {"field": "at", "type": "quantitative", "scale": {"domain": [0, END]}, "axis": None}
    bar = {"mark": {"type": "bar", "height": 14}, "encoding": {"x": x, "x2": {"field": "to"}, "color": kind}}
    dashed = {"type": "bar", "height": 13, "filled": False, "stroke": ACCENT, "strokeDash": [3, 2], "strokeWidth": 1}
    outline = {
        "transform": [{"filter": "datum.zone == 'general'"}],
        "mark": dashed,
        "encoding": {"x": x, "x2": {"field": "to"}},
    }
    dot = {
        "data": data(points),
        "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1},
        "encoding": {
            "x": at,
            "color": colour,
            "shape": {"field": "alarm", "type": "nominal", "scale": shape, "legend": None},
        },
    }
    right = {"type": "text", "align": "left", "fontWeight": "bold", "fontSize": 11 if narrow else 12}
    said = {
        "data": data(points),
        "mark": {**right, "dx": 8},
        "encoding": {"x": {"datum": END}, "text": {"field": "said"}, "color": colour},
    }
    under = {
        "data": data(points),
        "mark": {"type": "text", "fontSize": 10, "color": QUIET, "dy": 14},
        "encoding": {"x": {"datum": END / 2}, "text": {"field": "limits"}},
    }
    return specification(
        {
            "width": 130 if narrow else 360,
            "height": {"step": 38},
            "data": data(zones),
            "encoding": {"y": y},
            "layer": [bar, outline, dot, said, under],
            "resolve": {"scale": {"color": "independent", "shape": "independent"}},
            "padding": padding(map(str, order), labels["limit"], 95),
        }
    )
