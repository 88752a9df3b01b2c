"""Pictures of an assessment, for those who look before they read: charts in Vega-Lite, drawn as SVG on the server.

Each has a text alternative and the same data as a table. Nothing in them is estimated: they show values, limits, counts
of claims and findings, and the order of steps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from kg.assess import Assessment
from kg.render.charts.chart import Chart, draws, svg
from kg.render.charts.coverage import coverage
from kg.render.charts.differential import differential
from kg.render.charts.steps import steps
from kg.render.charts.trends import trends
from kg.render.charts.values import values

__all__ = ["CHARTS", "Chart", "chart", "charts", "draws", "svg"]

CHARTS: Final[Mapping[str, Callable[[Assessment, bool], Chart | None]]] = {
    "values": values,
    "trends": trends,
    "steps": steps,
    "differential": differential,
    "coverage": coverage,
}


def chart(assessment: Assessment, name: str, narrow: bool = False) -> Chart | None:
    """The chart of a name, None where there is nothing to show; `narrow` is for a phone. Raises KeyError."""
    return CHARTS[name](assessment, narrow)


def charts(assessment: Assessment) -> tuple[Chart, ...]:
    """Every chart that has something to show, in the order of CHARTS."""
    return tuple(found for name in CHARTS if (found := chart(assessment, name)))
