"""The steps on a line of their order: what can be done at once, what waits for it, and within which time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from kg.assess import Action, Assessment
from kg.render.charts.chart import ACCENT, LINE, NORMAL, QUIET, Chart, Row, Spec, data, padding, specification
from kg.render.parts import PRESSING, Parts
from kg.render.phrases import phrase
from kg.render.wording import ruled_out, when

MOST: Final = 14
COLOURS: Final = {"domain": ["pressing", "done", "other"], "range": [ACCENT, NORMAL, LINE]}


def steps(assessment: Assessment, narrow: bool) -> Chart | None:
    """The chart of the first steps, the pressing ones before the others."""
    parts = Parts(assessment)
    found = [item for item in (*parts.pressing, *parts.later) if not ruled_out(item)]
    shown, stages = found[:MOST], _stages(found)
    last = max((stages[item.id] for item in shown), default=0) + 1
    if len(shown) < 2 or (last == 1 and not any(map(when, shown))):
        return None
    rows = [
        {
            "what": phrase(assessment.ontology, item),
            "from": stages[item.id],
            "to": stages[item.id] + 1,
            "when": when(item),
            "urgency": "pressing" if item.urgency in PRESSING else "done" if item.done else "other",
        }
        for item in shown
    ]
    table = tuple((str(row["to"]), str(row["what"]), str(row["when"]) or "no time") for row in rows)
    more = f" {len(found) - len(shown)} further steps stand in the list." if len(found) > len(shown) else ""
    alternative = f"{len(shown)} steps in {last} stages; first {rows[0]['what']}.{more}"
    headings = ("Stage", "Step", "Within")
    return Chart("steps", "Steps in their order", alternative, headings, table, _spec(rows, last, narrow))


def _spec(rows: Sequence[Row], last: int, narrow: bool) -> Spec:
    limit = 165 if narrow else 300
    axis = {"title": None, "ticks": False, "domain": False, "labelLimit": limit}
    y = {"field": "what", "type": "nominal", "sort": None, "axis": axis}
    ticks = {"title": "in this order", "values": list(range(last + 1)), "labels": False, "orient": "top"}
    x = {"field": "from", "type": "quantitative", "scale": {"domain": [0, last]}, "axis": ticks}
    colour = {"field": "urgency", "type": "nominal", "scale": COLOURS, "legend": None}
    bar = {
        "mark": {"type": "bar", "height": 12, "cornerRadius": 3},
        "encoding": {"x": x, "x2": {"field": "to"}, "color": colour},
    }
    beside = {
        "mark": {"type": "text", "align": "left", "dx": 6, "fontSize": 11, "color": QUIET},
        "encoding": {"x": {"field": "to", "type": "quantitative"}, "text": {"field": "when"}},
    }
    return specification(
        {
            "width": 75 if narrow else 380,
            "height": {"step": 24},
            "data": data(rows),
            "encoding": {"y": y},
            "layer": [bar, beside],
            "padding": padding((str(row["what"]) for row in rows), limit, 105),
        }
    )


def _stages(items: Sequence[Action]) -> dict[str, int]:
    """How many steps must come before each, one after the other."""
    known = {item.id: item for item in items}
    found: dict[str, int] = {}

    def stage(item: Action, above: frozenset[str]) -> int:
        if item.id not in found:
            before = [known[one.id] for one in item.after if one.id in known and one.id not in above]
            found[item.id] = max((stage(one, above | {item.id}) + 1 for one in before), default=0)
        return found[item.id]

    for item in items:
        stage(item, frozenset())
    return found
