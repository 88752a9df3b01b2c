"""Quantities computed from measurements and dates, and the saturation that iron contradicts."""

from __future__ import annotations

from typing import Any

import pytest

from fixtures import Records
from kg.facts.patient import NOT_PLACED, DataIssue
from kg.record.record import Record
from patients import b12, derived, hb, of, of_patient

# -- derived quantities


def test_eight_weeks_to_the_day_are_eight_weeks(records: Records) -> None:
    treatment = {"concept": "darbepoetin", "started": "2025-12-16"}
    assert derived(records(treatments=[treatment]), "WeeksOnESA") == {"8"}


def test_a_treatment_that_ends_today_still_counts_and_one_that_ended_does_not(records: Records) -> None:
    for ended, weeks in (("2026-02-10", {"8"}), ("2026-02-09", set())):
        found = records(treatments=[{"concept": "epoetin", "started": "2025-12-16", "ended": ended}])
        assert derived(found, "WeeksOnESA") == weeks


def test_weeks_count_from_the_earliest_running_agent_only(records: Records) -> None:
    ended = {"concept": "epoetin", "started": "2025-01-07", "ended": "2025-06-01"}
    running = {"concept": "darbepoetin", "started": "2025-12-16"}
    assert derived(records(treatments=[ended, running]), "WeeksOnESA") == {"8"}
    assert derived(records(treatments=[ended]), "WeeksOnESA") == set()
    assert derived(records(plans=[running]), "WeeksOnESA") == set()


@pytest.mark.parametrize(
    ("before", "after", "change"), [("93", "103", "1"), ("93", "102", "0.9"), ("93", "90", "-0.3")]
)
def test_the_gain_of_haemoglobin_is_exact(records: Records, before: str, after: str, change: str) -> None:
    found = records(
        treatments=[{"concept": "epoetin", "started": "2025-12-16"}],
        measurements=[hb(int(before), "2025-12-16", unit="g/L"), hb(50, "2025-12-20", unit="g/L"),
                      hb(int(after), "2026-02-10", unit="g/L")],
    )  # fmt: skip
    assert derived(found, "HemoglobinChangeOnESA") == {change}


def test_a_value_without_a_date_is_the_latest_and_never_the_one_at_the_start(records: Records) -> None:
    treatment = {"concept": "epoetin", "started": "2025-12-16"}
    at_start, undated = hb(81, "2025-12-16", unit="g/L"), hb(84, unit="g/L")
    assert derived(records(treatments=[treatment], measurements=[at_start, undated]), "HemoglobinChangeOnESA") == {
        "0.3"
    }
    assert derived(records(treatments=[treatment], measurements=[undated]), "HemoglobinChangeOnESA") == set()


def test_without_a_value_before_the_start_there_is_no_gain(records: Records) -> None:
    found = records(treatments=[{"concept": "epoetin", "started": "2025-12-16"}], measurements=[hb(10)])
    assert derived(found, "HemoglobinChangeOnESA") == set()


@pytest.mark.parametrize(
    ("levels", "change", "sustained", "earlier"),
    [
        ((1000, 800, 1100), "300", "800", "1000"),
        ((1100, 1200), "100", "1100", "1100"),
        ((1200, 1200), "0", "1200", "1200"),
        ((1300, 900), "-400", "900", "1300"),
    ],
)
def test_a_series_gives_its_change_its_lower_of_the_latest_two_and_its_earlier_maximum(
    records: Records, levels: tuple[int, ...], change: str, sustained: str, earlier: str
) -> None:
    found = records(measurements=[b12(level, f"2026-01-{day:02}") for day, level in enumerate(levels, 1)])
    assert derived(found, "VitaminB12Change") == {change}
    assert derived(found, "SustainedVitaminB12") == {sustained}
    assert derived(found, "EarlierVitaminB12Maximum") == {earlier}
    assert derived(found, "RecordedVitaminB12Maximum") == set()


def test_the_maximum_of_the_record_needs_a_complete_record(records: Records) -> None:
    values = [b12(900, "2026-01-01"), b12(950, "2026-02-01")]
    found = records(measurements=values, record={"complete": ["measurements"]})
    assert derived(found, "RecordedVitaminB12Maximum") == {"950"}
    assert derived(found, "SecondHighestVitaminB12") == {"900"}


def test_a_complete_record_without_a_value_never_had_a_high_one(records: Records) -> None:
    found = records(record={"complete": ["measurements"]})
    assert derived(found, "RecordedVitaminB12Maximum") == {"0"}


def test_values_without_dates_have_no_trend(records: Records) -> None:
    found = records(measurements=[b12(900, "2026-01-01"), b12(1100, None)])
    assert derived(found, "VitaminB12Change") == set()


def test_a_change_between_bounds_keeps_their_strictness(records: Records) -> None:
    found = records(measurements=[b12(1000, "2026-01-01"), b12(1000, "2026-02-01", comparator=">")])
    assert of(found, "derived-VitaminB12Change", "valueAbove") == {"0"}


# -- the transferrin saturation against iron and binding capacity (P12)

IRON = {"test": "iron", "value": 40, "unit": "ug/dL", "date": "2026-02-01"}
TIBC = {"test": "TIBC", "value": 400, "unit": "ug/dL", "date": "2026-02-01"}


def tsat(value: int, **fields: Any) -> dict[str, Any]:
    return {"test": "TSAT", "value": value, "unit": "%", "date": "2026-02-01"} | fields


def beside_ranges(found: Record) -> list[DataIssue]:
    """What the record says is wrong, but for values without a range."""
    return [issue for issue in found.issues if issue.kind != NOT_PLACED]


def test_a_saturation_of_another_class_than_recomputed_is_set_aside_alone(records: Records) -> None:
    found = records(measurements=[IRON, TIBC, tsat(30)])
    assert of_patient(found, "hasQuarantined") == {"TransferrinSaturation"}
    assert of_patient(found, "hasCurrentMeasurement") == {"SerumIron-2026-02-01", "TotalIronBindingCapacity-2026-02-01"}
    assert "TransferrinSaturation" in of_patient(found, "lacksRecordOf")
    assert derived(found, "RecomputedTransferrinSaturation") == {"10"}
    (issue,) = beside_ranges(found)
    assert issue.kind == "strained_identity"
    assert issue.concepts == ("TransferrinSaturation", "SerumIron", "TotalIronBindingCapacity")


def test_a_stated_normal_saturation_that_iron_contradicts_is_set_aside(records: Records) -> None:
    found = records(measurements=[IRON, TIBC], findings=[{"concept": "normal transferrin saturation"}])
    assert of_patient(found, "hasStatedFinding") == set()
    assert [issue.kind for issue in beside_ranges(found)] == ["strained_identity"]


@pytest.mark.parametrize(
    "values",
    [
        [IRON, TIBC, tsat(12)],  # the same class
        [IRON | {"value": 72}, TIBC, tsat(30)],  # recomputed 18 %: in the grey zone, decides nothing
        [IRON | {"date": "2026-01-31"}, TIBC, tsat(30)],  # not of one day
        [IRON | {"comparator": "<"}, TIBC, tsat(30)],  # not an exact value
    ],
)
def test_a_saturation_that_the_identity_bears_out_or_cannot_judge_stays(
    records: Records, values: list[dict[str, Any]]
) -> None:
    found = records(measurements=values)
    assert "TransferrinSaturation-2026-02-01" in of_patient(found, "hasCurrentMeasurement")
    assert beside_ranges(found) == []
