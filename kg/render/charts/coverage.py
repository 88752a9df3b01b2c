"""Which findings of the patient each condition explains, as a matrix."""

from __future__ import annotations

from typing import Final

from kg.assess import Assessment
from kg.render.charts.chart import ACCENT, LINE, Chart, data, padding, specification
from kg.render.parts import Parts

MOST: Final = 8


def coverage(assessment: Assessment, narrow: bool) -> Chart | None:
    """The matrix of the open conditions and the findings that any of them explains or leaves open."""
    ontology, found = assessment.ontology, Parts(assessment).open_conditions[:MOST]
    findings = list(dict.fromkeys(name for one in found for name in (*one.explains, *one.unexplained)))[:MOST]
    if len(found) < 2 or len(findings) < 2:
        return None
    cells = [
        {"what": one.label, "finding": ontology.label(name), "state": "explained" if name in one.explains else "open"}
        for one in found
        for name in findings
    ]
    rows = tuple(
        (one.label, *("explained" if name in one.explains else "not explained" for name in findings)) for one in found
    )
    best = max(found, key=lambda one: len(one.explains))
    alternative = (
        f"Findings that each condition explains; {best.label} explains {len(best.explains)} of {len(findings)}."
    )
    y = {
        "field": "what",
        "type": "nominal",
        "sort": [one.label for one in found],
        "axis": {"title": None, "ticks": False, "domain": False, "labelLimit": 130 if narrow else 260},
    }
    x = {
        "field": "finding",
        "type": "nominal",
        "sort": [ontology.label(name) for name in findings],
        "axis": {
            "title": None,
            "orient": "top",
            "labelAngle": -35,
            "ticks": False,
            "domain": False,
            "labelLimit": 120 if narrow else 160,
        },
    }
    fill = {"domain": ["explained", "open"], "range": [ACCENT, "transparent"]}
    edge = {"domain": ["explained", "open"], "range": [ACCENT, LINE]}
    spec = specification(
        {
            "padding": padding((one.label for one in found), 130 if narrow else 260, 70),
            "width": {"step": 24 if narrow else 60},
            "height": {"step": 26},
            "data": data(cells),
            "mark": {"type": "circle", "size": 150, "opacity": 1, "strokeWidth": 1.5},
            "encoding": {
                "x": x,
                "y": y,
                "fill": {"field": "state", "type": "nominal", "scale": fill, "legend": None},
                "stroke": {"field": "state", "type": "nominal", "scale": edge, "legend": None},
            },
        }
    )
    headings = ("Condition", *(ontology.label(name) for name in findings))
    return Chart("coverage", "What each explains", alternative, headings, rows, spec)
