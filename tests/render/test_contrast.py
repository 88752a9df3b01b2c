"""Why one conclusion rather than another, what keeps an entry out of its list, and what falls with several sources."""

from __future__ import annotations

import pytest

from assessing import KNOWLEDGE, assessed, named
from kg.assess import Assessment
from kg.errors import InputError, NotFound
from kg.render.contrast import contrast, contrast_text
from kg.render.explanation import EntryWhyNot, why_not, why_not_text
from kg.render.retraction import retraction


@pytest.fixture(scope="module")
def off_treatment() -> Assessment:
    """In cancer, without chemotherapy: A0-39 applies. The haemoglobin is not known: A0-44 is open."""
    treatments = named("active chemotherapy", status="absent")
    return assessed(sex="female", age=60, diagnoses=named("breast cancer"), treatments=treatments)


def test_a_contrast_names_what_both_share_what_separates_them_and_what_would_turn_it(off_treatment: Assessment) -> None:
    found = contrast(off_treatment, KNOWLEDGE.engine, "A0-39", "A0-44")
    assert not found.holds
    assert any("Breast cancer" in said for said in found.shared)
    assert any("hemotherapy" in said for said in found.only_first)
    assert not any("hemotherapy" in said for said in (*found.shared, *found.only_second))
    ((claim, missing),) = found.lacking
    assert claim == "A0-44"
    assert any("aemoglobin" in label for label in missing)
    assert "A0-44 would follow by A0-44 with: " in contrast_text(found)


def test_a_contrast_needs_a_conclusion_that_follows_and_another_that_exists(off_treatment: Assessment) -> None:
    with pytest.raises(NotFound):
        contrast(off_treatment, KNOWLEDGE.engine, "A0-44", "A0-39")
    with pytest.raises(NotFound, match="neither a claim nor an entry"):
        contrast(off_treatment, KNOWLEDGE.engine, "A0-39", "next_step:nothing")


def test_why_not_of_an_entry_names_every_claim_that_would_put_it_there(off_treatment: Assessment) -> None:
    found = why_not(off_treatment, "next_step:bone_marrow_biopsy")
    assert isinstance(found, EntryWhyNot)
    assert not found.listed
    assert len(found.claims) > 1
    text = why_not_text(found)
    assert all(f"{one.outcome.claim}: {one.outcome.outcome}" in text for one in found.claims)


def test_a_strict_retraction_takes_claims_that_cite_something_else_too(off_treatment: Assessment) -> None:
    lenient, strict = (retraction(off_treatment, ["A0[1]"], mode) for mode in ("lenient", "strict"))
    assert set(lenient.claims) < set(strict.claims)
    assert set(lenient.fallen) <= set(strict.fallen)


def test_several_sources_fall_at_once(off_treatment: Assessment) -> None:
    both = retraction(off_treatment, ["A0-39", "A1"])
    assert set(both.claims) == {*retraction(off_treatment, ["A0-39"]).claims, *retraction(off_treatment, ["A1"]).claims}
    with pytest.raises(InputError):
        retraction(off_treatment, ["A0-39"], "mild")
