"""Pictures of an assessment: what they show, their tables, and that they are drawn the same each time."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal
from xml.etree import ElementTree

import pytest

from kg.ask import ask
from kg.assess import Assessment
from kg.render.charts import CHARTS, chart, charts, svg
from kg.render.charts.chart import DARK
from kg.render.charts.values import END, StripLimits, place
from rendered import EXAMPLES, KNOWLEDGE, assessments

DAY = datetime.date(2026, 4, 1)
ILL = "48-year-old man. ANC 0.3, Hb 64 g/L (130-170), platelets 11, WBC 1.1, circulating blasts."
FOLLOWED = (
    "71-year-old woman with low-risk MDS. Hb 8.4 g/dL on 2026-01-05, Hb 8.6 g/dL on 2026-02-02, Hb 8.5 g/dL on "
    "2026-03-09. Darbepoetin since 2026-01-05."
)


def read(text: str) -> Assessment:
    found = ask(KNOWLEDGE, text, DAY).assessment
    assert found is not None
    return found


@pytest.fixture(scope="module")
def ill() -> Assessment:
    return read(ILL)


def test_each_value_stands_on_its_interval_with_who_judged_it(ill: Assessment) -> None:
    found = chart(ill, "values")
    assert found is not None
    assert found.rows == (
        ("Absolute neutrophil count", "0.3 10⁹/L", "1.5–8 10⁹/L (general)", "critical low, general interval"),
        ("Haemoglobin", "64 g/L", "130–170 g/L (printed)", "critical low, general interval"),
        ("Platelet count", "11 10⁹/L", "140–450 10⁹/L (general)", "critical low, general interval"),
        ("White cell count", "1.1 10⁹/L", "3–11 10⁹/L (general)", "low, general interval"),
    )
    assert all(row[0] in found.alternative for row in found.rows)


@pytest.mark.parametrize(("value", "at"), [(0, 0), (60, 1), (90, 1.5), (120, 2), (140, 2.5), (200, 4), (400, 4.5)])
def test_a_strip_places_a_value_in_proportion_within_its_zone(value: int, at: float) -> None:
    strip = StripLimits(Decimal(60), Decimal(120), Decimal(160), Decimal(200), True)
    assert place(Decimal(value), strip) == at


def test_a_larger_value_never_stands_further_left() -> None:
    sides = (None, Decimal(60)), (None, Decimal(120)), (None, Decimal(160)), (None, Decimal(200))
    strips = [StripLimits(a, b, c, d, True) for a in sides[0] for b in sides[1] for c in sides[2] for d in sides[3]]
    for strip in strips:
        if any(strip[:4]):
            places = [place(Decimal(value), strip) for value in range(0, 2000, 10)]
            assert places == sorted(places)
            assert 0 <= places[0] <= places[-1] <= END


def test_repeated_values_are_drawn_over_time_with_the_treatment_under_them() -> None:
    found = chart(read(FOLLOWED), "trends")
    assert found is not None
    assert [row[1:] for row in found.rows] == [
        ("2026-01-05", "8.4 g/dL"),
        ("2026-02-02", "8.6 g/dL"),
        ("2026-03-09", "8.5 g/dL"),
    ]
    assert "Darbepoetin" in svg(found).decode()


def test_the_differential_is_drawn_in_counts_of_its_axes_and_no_share() -> None:
    found = assessments()["a1-pancytopenia-with-low-iron-and-high-b12"]
    picture = chart(found, "differential")
    assert picture is not None
    first = found.differential[0]
    counts = [len(items) for items in (first.claims, first.against, first.explains, first.unexplained)]
    assert picture.rows[0] == (first.label, "most likely", *map(str, counts))
    assert not any("%" in cell or "." in cell for row in picture.rows for cell in row)


def test_a_step_stands_after_what_must_come_before_it() -> None:
    picture = chart(assessments()["a1-pancytopenia-with-low-iron-and-high-b12"], "steps")
    assert picture is not None
    stages = {step: int(stage) for stage, step, _ in picture.rows}
    assert stages["Take a bone marrow biopsy"] > max(stages["Look at a blood film"], stages["Measure LDH"])


def test_the_matrix_says_what_each_condition_explains() -> None:
    found = assessments()["a0-survivor-with-low-counts-and-high-b12"]
    picture = chart(found, "coverage")
    assert picture is not None
    for row in picture.rows:
        item = next(one for one in found.differential if one.label == row[0])
        assert row[1:].count("explained") == len(item.explains)


def test_every_picture_of_an_example_is_drawn_twice_the_same_without_script_or_address(ill: Assessment) -> None:
    drawn = 0
    for found in (ill, *list(assessments().values())[:2]):
        for picture in charts(found):
            data = svg(picture)
            assert data == svg(picture)
            root = ElementTree.fromstring(data)
            tags = {element.tag.rpartition("}")[2] for element in root.iter()}
            assert not tags & {"script", "image", "foreignObject", "a"}
            assert not re.findall(r'(?:href|src)="', data.decode())
            assert len(picture.alternative) > 20
            assert all(len(row) == len(picture.headings) for row in picture.rows)
            drawn += 1
    assert drawn >= 6
    assert set(CHARTS) == {"values", "trends", "steps", "differential", "coverage"}


def test_every_colour_of_a_picture_has_one_for_a_dark_screen(ill: Assessment) -> None:
    seen = set()
    for picture in charts(ill):
        body = svg(picture).decode().partition("</style>")[2]
        seen |= set(re.findall(r'(?:fill|stroke)="(#[0-9a-f]{3,6})"', body))
    assert seen
    assert seen <= set(DARK)


def test_the_examples_have_pictures() -> None:
    assert len(EXAMPLES) > 10
    assert sum(bool(charts(found)) for found in assessments().values()) > len(EXAMPLES) // 2
