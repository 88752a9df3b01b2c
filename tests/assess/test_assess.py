"""The projections of a closure: differential, steps in order, treatments, warnings, conflicts, branches."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st

from assessing import FOUR_NEGATIVES, INDEX_CASE_OF_A1, assessed, b12, entry, ids, named
from kg.assess import Basis
from kg.assess.lists import URGENCY
from kg.assess.order import arranged
from kg.assess.outcomes import Outcome

PERSISTENT: Final[dict[str, Any]] = {
    **FOUR_NEGATIVES,
    "measurements": [b12(1200, "2026-01-05"), b12(1300, "2026-02-05")],
}
SURVIVOR: Final[dict[str, Any]] = {
    "history": named("breast cancer"),
    "findings": named("anemia", "leukopenia", "b12_elevated"),
}


# -- order


def test_what_an_edge_puts_first_comes_first_and_the_rest_by_key() -> None:
    order, cycles = arranged({"last": (0,), "first": (9,), "free": (5,)}, [("first", "last")])
    assert (order, cycles) == (("first", "last", "free"), ())


def test_what_has_to_wait_for_nothing_is_ordered_by_key_alone() -> None:
    assert arranged({"c": (2,), "a": (3,), "b": (1,)}, [])[0] == ("b", "c", "a")


def test_edges_to_names_that_are_not_there_and_to_itself_count_for_nothing() -> None:
    assert arranged({"a": (1,), "b": (2,)}, [("b", "gone"), ("b", "b"), ("gone", "a")]) == (("a", "b"), ())


def test_a_circle_is_given_back_and_the_rest_is_still_in_order() -> None:
    edges = [("a", "b"), ("b", "a"), ("b", "c")]
    order, cycles = arranged({"a": (1,), "b": (2,), "c": (0,)}, edges)
    assert [set(cycle) for cycle in cycles] == [{"a", "b"}]
    assert order.index("b") < order.index("c")
    assert sorted(order) == ["a", "b", "c"]


@given(
    keys=st.lists(st.integers(0, 3), min_size=1, max_size=7),
    pairs=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=12),
)
def test_every_name_comes_once_and_every_edge_outside_a_circle_is_respected(
    keys: list[int], pairs: list[tuple[int, int]]
) -> None:
    names = {f"step{number}": (key, number) for number, key in enumerate(keys)}
    edges = [(f"step{a}", f"step{b}") for a, b in pairs]
    order, cycles = arranged(names, edges)
    assert sorted(order) == sorted(names)
    left_out = {pair for cycle in cycles for pair in pairwise(cycle)}
    for first, then in set(edges) - left_out:
        if first != then and first in names and then in names:
            assert order.index(first) < order.index(then)
    assert arranged(names, list(reversed(edges)))[0] == order


# -- steps


def test_the_five_steps_of_the_second_article_stand_in_their_order() -> None:
    found = ids(assessed(findings=named(*INDEX_CASE_OF_A1)))
    steps = ["peripheral_smear", "ldh", "b12", "bone_marrow_biopsy"]
    places = [found.index(f"next_step:{step}") for step in steps]
    assert places == sorted(places)


def test_a_step_names_what_must_come_before_it_and_the_claim_that_says_so() -> None:
    found = assessed(findings=named(*INDEX_CASE_OF_A1))
    (repeat,) = [item for item in found.lists["next_steps"] if item.concept == "VitaminB12"]
    assert ("next_step:ldh", "A1-29") in [(one.id, one.claim) for one in repeat.after]


def test_a_printed_exception_frees_the_biopsy_from_waiting() -> None:
    found = assessed(findings=named(*INDEX_CASE_OF_A1, "blasts"))
    (biopsy,) = [item for item in found.lists["next_steps"] if item.concept == "BoneMarrowBiopsy"]
    assert "A1-53" in found.outcomes.ids(Outcome.APPLICABLE)
    assert biopsy.after == ()
    assert ids(found).index(biopsy.id) < ids(found).index("next_step:ldh")


def test_a_step_that_follows_only_after_a_finding_says_so() -> None:
    found = assessed(findings=named(*INDEX_CASE_OF_A1, "b12_elevation_confirmed"))
    (mma,) = [item for item in found.lists["next_steps"] if item.concept == "MethylmalonicAcid"]
    assert ("ConfirmedVitaminB12Elevation", "A1-45") in [(one.concept, one.claim) for one in mma.after]


def test_alternatives_name_each_other() -> None:
    found = assessed(**PERSISTENT)
    steps = {item.id: item for item in found.lists["next_steps"]}
    assert steps["next_step:ct_abdomen"].alternative_to == ("next_step:mri_abdomen",)
    assert steps["next_step:mri_abdomen"].alternative_to == ("next_step:ct_abdomen",)


def test_imaging_of_the_liver_comes_before_the_search_for_a_blood_malignancy() -> None:
    found = ids(assessed(**PERSISTENT))
    imaging = [found.index(f"next_step:{step}") for step in ("hepatic_imaging", "ct_abdomen", "mri_abdomen")]
    screening = ("hematologic_malignancy", "complete_blood_count", "differential_count", "peripheral_smear")
    assert max(imaging) < min(found.index(f"next_step:{step}") for step in screening)


def test_steps_that_are_equally_urgent_stand_as_they_are_printed() -> None:
    found = assessed(**SURVIVOR).lists["next_steps"]
    at_once = [item.id.partition(":")[2] for item in found if item.urgency == "immediate"]
    printed = ["bone_marrow_biopsy", "peripheral_smear", "bone_marrow_aspiration", "reticulocyte_count", "folate"]
    assert at_once[:5] == printed


def test_what_is_to_be_excluded_and_absent_by_the_record_is_done_and_stays_a_step() -> None:
    steps = {item.id: item.done for item in assessed(**PERSISTENT).lists["next_steps"]}
    assert steps["next_step:liver_disease"]
    assert not steps["next_step:medication_review"]
    cancer = assessed(diagnoses=named("lung cancer"), measurements=[b12(1200, "2026-02-05")])
    assert not entry(cancer, "next_steps", "next_step:liver_disease").done


def test_claims_that_order_the_same_step_are_one_entry_with_the_most_urgent_word() -> None:
    found = assessed(**SURVIVOR)
    (biopsy,) = [item for item in found.lists["next_steps"] if item.concept == "BoneMarrowBiopsy"]
    assert {"A0-08", "A0-58"} <= set(biopsy.claims)
    assert biopsy.urgency == "immediate"
    assert biopsy.within == ("P14D",)


def test_a_biopsy_that_was_done_stays_a_step_with_its_day() -> None:
    found = assessed(
        **SURVIVOR,
        procedures=named("bone marrow biopsy", date="2026-02-03"),
    )
    (biopsy,) = [item for item in found.lists["next_steps"] if item.concept == "BoneMarrowBiopsy"]
    assert (biopsy.done, biopsy.done_on) == (True, "2026-02-03")


def test_steps_without_an_order_of_their_own_come_by_urgency() -> None:
    found = assessed(findings=named("blasts", "pancytopenia"), diagnoses=named("lymphoma", status="suspected"))
    items = [item for item in found.lists["escalations"] if item.basis is Basis.ENTAILED]
    assert [URGENCY[item.urgency] for item in items] == sorted(URGENCY[item.urgency] for item in items)


# -- treatments


def test_a_dose_has_the_phases_that_are_printed_and_nothing_more() -> None:
    found = assessed(
        diagnoses=named("gastric cancer"),
        measurements=[b12(120, "2026-02-05")],
        findings=named("loss of vibration sense"),
    )
    first, second = entry(found, "treatments", "treatment:hydroxocobalamin").regimen
    assert (first.phase, first.dose, first.unit, first.frequency) == ("loading", "1", "mg", "alternate days")
    assert (first.duration, first.until) == ("", "no further improvement")
    assert (second.phase, second.frequency, second.duration) == ("maintenance", "every 2 months", "not stated")


def test_a_dose_printed_for_one_drug_is_not_given_to_its_neighbour() -> None:
    found = assessed(diagnoses=named("low-risk mds"), measurements=[{"test": "EPO", "value": 180, "unit": "U/L"}])
    assert [phase.dose for phase in entry(found, "treatments", "treatment:epoetin").regimen] == ["450"]
    assert entry(found, "treatments", "treatment:darbepoetin").regimen == ()


def test_a_value_to_be_watched_names_when_it_was_last_measured() -> None:
    found = assessed(diagnoses=named("lung cancer"), measurements=[b12(1200, "2026-02-05")])
    watched = entry(found, "monitoring", "monitoring:b12")
    assert (watched.done, watched.done_on) == (True, "2026-02-05")


# -- warnings, precautions, conflicts


def test_a_warning_whose_exceptions_are_not_all_known_is_a_precaution_that_lists_them() -> None:
    found = assessed(
        diagnoses=named("ovarian cancer"),
        treatments=named("palliative chemotherapy"),
        measurements=[{"test": "Hb", "value": 95, "unit": "g/L"}],
    )
    (warning,) = [item for item in found.lists["contraindications"] if "A0-51" in item.claims]
    assert (warning.id, warning.basis) == ("contraindication:esa", Basis.PRECAUTIONARY)
    assert [(one.claim, one.state) for one in warning.exceptions] == [
        ("A0-52", "met"),
        ("A0-53", "met"),
        ("A0-54", "unknown"),
    ]


def test_a_warning_with_every_exception_met_is_gone() -> None:
    found = assessed(
        diagnoses=named("ovarian cancer"),
        treatments=named("palliative chemotherapy"),
        findings=named("marrow_excludes_mds_or_malignancy"),
        measurements=[{"test": "Hb", "value": 95, "unit": "g/L"}],
    )
    assert [item.id for item in found.lists["contraindications"]] == []


def test_an_emergency_is_outside_what_a_hold_speaks_of() -> None:
    found = assessed(**SURVIVOR)
    (hold,) = [item for item in found.lists["contraindications"] if "A0-60" in item.claims]
    assert any("emergenc" in scope for scope in hold.scope)


def test_offer_and_prohibition_of_one_drug_are_a_conflict_that_no_rule_resolves() -> None:
    found = assessed(
        diagnoses=named("low-risk mds"),
        history=named("breast cancer"),
        treatments=named("active chemotherapy", status="absent"),
        measurements=[{"test": "EPO", "value": 180, "unit": "U/L"}],
    )
    (conflict,) = [item for item in found.conflicts if item.action == "esa"]
    assert (conflict.supporting, conflict.opposing) == (("A0-31",), ("A0-39",))
    assert conflict.resolution == "unresolved"
    assert {"A0-31", "A0-39"} <= set(found.outcomes.ids(Outcome.APPLICABLE))


def test_a_claim_that_another_qualifies_is_read_with_it() -> None:
    found = assessed(**PERSISTENT)
    (conflict,) = [item for item in found.conflicts if item.action == "hepatic_metastases"]
    assert (conflict.resolution, conflict.supporting, conflict.opposing) == ("qualified", ("A4-14",), ("A4-62",))


def test_without_a_claim_for_it_a_prohibition_is_no_conflict() -> None:
    found = assessed(diagnoses=named("ovarian cancer"), treatments=named("active chemotherapy", status="absent"))
    assert "A0-39" in found.outcomes.ids(Outcome.APPLICABLE)
    assert found.conflicts == ()


# -- branches


def test_a_suspected_diagnosis_is_a_branch_with_what_it_would_add() -> None:
    found = assessed(branches=True, diagnoses=named("mds", status="suspected"), plans=named("ESA"))
    (branch,) = found.branches or ()
    assert branch.condition == {"list": "diagnoses", "entry": {"concept": "mds"}}
    assert branch.claims == ("A0-34",)
    assert [item.id for item in branch.lists["treatments"]] == ["treatment:g_csf"]


def test_a_pending_level_may_come_back_low_or_high() -> None:
    pending = [{"concept": "b12", "status": "pending"}]
    found = assessed(branches=True, diagnoses=named("lung cancer"), results=pending)
    branches = {branch.condition["entry"]["concept"]: branch for branch in found.branches or ()}
    assert branches["b12_low"].claims == ("A4-48", "A4-50", "A4-59")
    assert "b12_elevated" in branches


def test_an_explained_cytopenia_takes_away_what_rested_on_its_being_unexplained() -> None:
    found = assessed(branches=True, findings=named("pancytopenia", "b12_elevated"))
    (branch,) = [one for one in found.branches or () if one.condition["entry"]["concept"] == "mds"]
    assert "pitfall:b12_supplement" in branch.gone


def test_a_stated_diagnosis_is_no_branch() -> None:
    found = assessed(branches=True, findings=named(*INDEX_CASE_OF_A1), diagnoses=named("mds"))
    assert "mds" not in [branch.condition["entry"]["concept"] for branch in found.branches or ()]


def test_a_count_is_done_by_the_value_that_it_yields_and_a_panel_by_all_of_them() -> None:
    # Given a reticulocyte count and two values of the three of a full blood count
    given = (("reticulocytes", 1, "%"), ("hemoglobin", 8, "g/dL"), ("wbc", 2, "10*9/L"))
    values = [{"test": name, "value": number, "unit": unit, "date": "2026-01-01"} for name, number, unit in given]
    found = assessed(findings=named("pancytopenia", "b12_elevated"), measurements=values)
    done = {item.concept: item.done_on for item in found.lists["next_steps"] if item.done}

    # Then the count is done on that day, and the panel waits for its third value
    assert done["ReticulocyteCount"] == "2026-01-01"
    assert "CompleteBloodCount" not in done
