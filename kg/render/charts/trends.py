"""Repeated values over time, with the treatments that ran under them."""

from __future__ import annotations

from typing import Final

from kg.assess import Assessment
from kg.facts.patient import Fact, Measurement, Status
from kg.record.observations import Interpreter
from kg.record.record import text
from kg.render.charts.chart import ACCENT, INK, NARROW, NORMAL, QUIET, WIDE, Chart, Spec, data, padding, specification
from kg.render.charts.values import StripLimits, limits
from kg.render.wording import unit

MOST: Final = 4
TREATMENTS: Final = "treatments"


def trends(assessment: Assessment, narrow: bool) -> Chart | None:
    """The chart of the quantities with values of several days."""
    record, ontology = assessment.record, assessment.ontology
    interpreter = Interpreter(ontology, record.facts, ())
    dated: dict[str, list[Measurement]] = {}
    for one in sorted(record.facts.measurements, key=lambda item: str(item.date)):
        if one.date is not None:
            dated.setdefault(one.quantity, []).append(one)
    repeated = {name: found for name, found in dated.items() if len({one.date for one in found}) > 1}
    if not repeated:
        return None
    shown = list(repeated.items())[:MOST]
    courses = [one for one in record.facts.facts if _is_course(one)]
    first = min(str(one.date) for _, found in shown for one in found)
    last = max(str(record.facts.as_of), *(str(one.date) for _, found in shown for one in found))
    rows = tuple(
        (ontology.label(name), str(one.date), f"{text(one.given)} {unit(one.given_unit)}")
        for name, found in shown
        for one in found
    )
    said = "; ".join(
        f"{ontology.label(name)} from {text(found[0].given)} to {text(found[-1].given)} {unit(found[-1].given_unit)}"
        for name, found in shown
    )
    panels = [
        _panel(ontology.label(name), found, limits(interpreter.interval_of(name), found[-1]), (first, last), narrow)
        for name, found in shown
    ]
    if courses:
        panels.append(_courses([(ontology.label(one.concept), one) for one in courses], (first, last), narrow))
    spec = specification(
        {"padding": padding((), 0, 24), "vconcat": panels, "spacing": 14, "resolve": {"scale": {"x": "shared"}}}
    )
    return Chart("trends", "Over time", f"Values over time. {said}.", ("Test", "Day", "Value"), rows, spec)


def _is_course(one: Fact) -> bool:
    return one.list == TREATMENTS and one.status is Status.PRESENT and one.started is not None


def _time(span: tuple[str, str], labels: bool) -> Spec:
    axis = {"title": None, "format": "%d %b %y", "labelOverlap": True, "tickCount": 4, "grid": False}
    return {
        "field": "day",
        "type": "temporal",
        "scale": {"domain": list(span), "padding": 16},
        "axis": axis if labels else None,
    }


def _panel(label: str, found: list[Measurement], limit: StripLimits, span: tuple[str, str], narrow: bool) -> Spec:
    points = [{"day": str(one.date), "value": float(_middle(one))} for one in found]
    y = {
        "field": "value",
        "type": "quantitative",
        "scale": {"zero": False, "nice": True},
        "axis": {"title": None, "tickCount": 3, "grid": False},
    }
    known = {name: float(one) for name, one in (("low", limit.low), ("high", limit.high)) if one is not None}
    rules = [
        {
            "data": data([{"limit": one}]),
            "mark": {"type": "rule", "color": ACCENT, "strokeDash": [] if limit.printed else [3, 2]},
            "encoding": {"y": {"field": "limit", "type": "quantitative"}},
        }
        for one in known.values()
        if _near(one, points)
    ]
    line = {"type": "line", "color": INK, "strokeWidth": 1.5, "point": {"filled": True, "color": INK, "size": 45}}
    marked = {"mark": line, "encoding": {"x": _time(span, True), "y": y}}
    number = {
        "mark": {"type": "text", "dy": -11, "fontSize": 11, "color": QUIET},
        "encoding": {"x": _time(span, True), "y": y, "text": {"field": "value", "type": "quantitative"}},
    }
    width = (NARROW if narrow else WIDE) - 90
    return {
        "title": f"{label}, {unit(found[-1].unit)}",
        "width": width,
        "height": 90,
        "data": data(points),
        "layer": [*rules, marked, number],
    }


def _near(limit: float, points: list[dict[str, object]]) -> bool:
    """Whether a limit lies near enough to the values to be drawn with them."""
    values = [float(str(point["value"])) for point in points]
    return min(values) / 2 <= limit <= max(values) * 2


def _middle(one: Measurement) -> float:
    known = [float(side) for side in (one.value.low, one.value.high) if side is not None]
    return sum(known) / len(known)


def _courses(found: list[tuple[str, Fact]], span: tuple[str, str], narrow: bool) -> Spec:
    rows = [
        {"what": label, "day": max(str(one.started), span[0]), "until": str(one.ended or span[1])}
        for label, one in found
    ]
    width = (NARROW if narrow else WIDE) - 90
    return {
        "title": "Treatment",
        "width": width,
        "height": {"step": 24},
        "data": data(rows),
        "layer": [
            {
                "mark": {"type": "bar", "height": 14, "color": NORMAL},
                "encoding": {"x": _time(span, True), "x2": {"field": "until"}, "y": {"field": "what", "axis": None}},
            },
            {
                "mark": {"type": "text", "align": "left", "dx": 4},
                "encoding": {"x": _time(span, True), "y": {"field": "what", "axis": None}, "text": {"field": "what"}},
            },
        ],
    }
