"""The smallest changes that flip a conclusion: each is run again, and no smaller one is found by trying all."""

from __future__ import annotations

from decimal import Decimal
from itertools import combinations
from random import Random
from typing import Any, Final

import pytest

from assessing import DAY, KNOWLEDGE, assessed, named
from certified import EXAMPLES
from kg.assess import Assessment, assess
from kg.errors import InputError
from kg.explanations.changes import Change, additions, changes_of, with_changes
from kg.explanations.counterfactuals import Counterfactuals, Goal, counterfactuals, relevant_changes
from kg.explanations.differences import holds
from kg.readers.case.parsing import parse_yaml
from kg.render.contrast import contrast
from kg.render.counterfactuals import counterfactuals_json, counterfactuals_text
from patients import ADULT, hb

Case = dict[str, Any]
CANCER: Final[Case] = ADULT | {"diagnoses": named("breast cancer")}
ABOVE_10: Final[Case] = CANCER | {"measurements": [hb(Decimal("10.6"))]}
PANCYTOPENIC: Final[Case] = ADULT | {"findings": named("pancytopenia", "iron_low", "b12_markedly_elevated")}


def flipped(before: Assessment, conclusion: str, bound: int = 4) -> Counterfactuals:
    return counterfactuals(before, KNOWLEDGE.engine, conclusion, bound)


def again(before: Assessment, changes: tuple[Change, ...]) -> Assessment:
    return assess(KNOWLEDGE.ontology, KNOWLEDGE.engine, with_changes(before.record.facts, changes))


def test_a_value_is_moved_to_its_nearest_limit() -> None:
    found = flipped(assessed(**ABOVE_10), "A0-44")
    assert found.sets[0].text == "Haemoglobin 10.0 g/dL instead of 10.6"
    assert not found.goal.holding


@pytest.mark.parametrize(
    ("case", "conclusion", "change"),
    [
        (ABOVE_10, "A0-43", "Haemoglobin 10.0 g/dL instead of 10.6"),
        (ABOVE_10, "contraindication:esa:precautionary", "Haemoglobin 10.0 g/dL instead of 10.6"),
        (ADULT | {"history": named("breast cancer"), "measurements": [hb(11)]}, "A0-44", "Haemoglobin 10.0"),
        (PANCYTOPENIC, "A1-11", "without: "),
        (CANCER | {"treatments": named("active chemotherapy")}, "A0-39", "absent instead"),
        (CANCER, "A0-39", "Active chemotherapy (treatments: absent) added"),
    ],
)
def test_a_counterfactual_flips_the_conclusion(case: Case, conclusion: str, change: str) -> None:
    # Given a conclusion, when its facts are changed as told and all is assessed again, then it stands the other way
    before = assessed(**case)
    found = flipped(before, conclusion)
    assert change in found.sets[0].text
    for one in found.sets:
        assert holds(again(before, one.changes), conclusion) is bool(found.goal.holding)
        assert holds(before, conclusion) is not bool(found.goal.holding)


@pytest.mark.parametrize(
    ("case", "change"),
    [
        (ADULT | {"measurements": [hb(Decimal("11.5"))]}, "Haemoglobin 12.0 g/dL instead of 11.5"),
        (ADULT | {"measurements": [hb(11, reference_range={"low": Decimal("11.2")})]}, "Haemoglobin 11.2 g/dL instead"),
        (ADULT | {"sex": "male", "measurements": [hb(Decimal("12.8"), comparator="<")]}, "female instead of male"),
        (ADULT | {"findings": named("anemia")}, "without: Anaemia (findings: present)"),
    ],
    ids=["the sourced limit", "the printed limit", "the sex", "the statement"],
)
def test_the_smallest_change_is_named_first(case: Case, change: str) -> None:
    # Given somebody with a low count and a raised value, so that a claim about both applies
    others = named("leukopenia", "thrombocytopenia", "b12_elevated")
    before = assessed(**case | {"findings": [*case.get("findings", []), *others]})
    assert holds(before, "A1-15"), before.outcomes.by_claim["A1-15"]
    assert flipped(before, "A1-15").sets[0].text.startswith(change)


def test_the_start_of_a_treatment_is_a_fact_that_can_be_moved() -> None:
    # Given nine weeks of a treatment, and values of which only about is known that they did not rise
    values = [hb(9, day, comparator="~") for day in ("2025-12-01", "2026-02-08")]
    treated = {"treatments": [{"concept": "epoetin", "started": "2025-12-09"}], "diagnoses": named("MDS")}
    before = assessed(**ADULT | treated | {"measurements": values})
    assert holds(before, "A0-35")
    assert flipped(before, "A0-35").sets[0].text == "Epoetin since 2025-12-10 instead of 2025-12-09"


def test_what_needs_several_facts_names_them_all_and_says_the_bound() -> None:
    before = assessed(**ABOVE_10)
    found = flipped(before, "A0-31")
    assert found.size == 2
    assert all("added" in change.text for change in found.sets[0].changes)
    assert "no single change does" in counterfactuals_text(found, "A0-31")
    none = flipped(before, "A0-31", bound=1)
    assert (none.sets, none.size) == ((), 0)
    assert counterfactuals_text(none, "A0-31") == "no set of up to 1 changes flips A0-31\n"
    assert counterfactuals_json(none, "A0-31")["change"] is None


def test_a_counterfactual_is_asked_for_a_claim_or_an_entry() -> None:
    with pytest.raises(InputError, match="is neither a claim nor an entry"):
        flipped(assessed(**ABOVE_10), "A0-00")


# -- brute force


def every_change(before: Assessment) -> list[Change]:
    """Changes of what is stated, and additions of every concept in its own list and of every quantity."""
    ontology, facts = before.ontology, before.record.facts
    named_ones = [(ontology.kinds[one.kind].case_list, one.name) for one in ontology.concepts.values()]
    lists = [(listed, name) for listed, name in named_ones if listed and listed != "measurements"]
    return [*changes_of(ontology, facts), *additions(ontology, facts, lists, ontology.quantities)]


def smaller(before: Assessment, goal: Goal, changes: list[Change], size: int) -> list[str]:
    """The sets of so many changes that reach a goal, found by trying them all."""
    sets = (one for one in combinations(changes, size) if len({change.about for change in one}) == size)
    return [" and ".join(change.text for change in one) for one in sets if goal.met(again(before, one))]


def test_trying_every_single_change_of_the_vocabulary_finds_no_smaller_set() -> None:
    before = assessed(**ABOVE_10)
    changes = every_change(before)
    assert len(changes) > 400
    for name in ("A0-31", "A1-15"):
        found = flipped(before, name)
        assert found.size == 2
        assert not smaller(before, found.goal, changes[:: 1 if name == "A0-31" else 3], 1)


@pytest.mark.long
def test_trying_all_sets_of_up_to_two_changes_finds_no_smaller_set() -> None:
    # Given examples and conclusions of theirs, open ones too, when all changes that may matter and others at random are
    # tried in pairs, then no smaller set is found, and every set that was found flips
    random, tried = Random(17), 0
    for name in random.sample(sorted(EXAMPLES), 6):
        facts = KNOWLEDGE.read_case(parse_yaml(EXAMPLES[name].read_text(encoding="utf-8")), DAY)
        before = KNOWLEDGE.assess(facts)
        names = sorted(before.outcomes.by_claim)
        for conclusion in random.sample([*names, *before.items], 6):
            found = flipped(before, conclusion)
            for one in found.sets:
                assert found.goal.met(again(before, one.changes)), (name, conclusion, one.text)
                rest = [one.changes[:place] + one.changes[place + 1 :] for place in range(len(one.changes))]
                assert not any(found.goal.met(again(before, changes)) for changes in rest)
            least = found.size or (3 if not found.partial else 1)
            relevant = [*relevant_changes(before, [conclusion])]
            others = every_change(before)
            if least > 1:
                assert not smaller(before, found.goal, others, 1), (name, conclusion)
            if least > 2:
                sample = random.sample(relevant, min(45, len(relevant))) + random.sample(others, 15)
                assert not smaller(before, found.goal, sample, 2), (name, conclusion)
            tried += 1
    assert tried == 36


@pytest.mark.long
def test_every_turn_of_a_contrast_turns_it_and_no_single_change_does_where_two_are_named() -> None:
    random, turned = Random(5), 0
    for name in random.sample(sorted(EXAMPLES), 6):
        facts = KNOWLEDGE.read_case(parse_yaml(EXAMPLES[name].read_text(encoding="utf-8")), DAY)
        before = KNOWLEDGE.assess(facts)
        follows = [claim.id for claim in before.applicable()]
        for why, other in zip(follows[:3], random.sample(sorted(before.outcomes.by_claim), 3), strict=False):
            found = contrast(before, KNOWLEDGE.engine, why, other).turned_by if why != other else None
            for one in found.sets if found else ():
                after = again(before, one.changes)
                assert holds(after, other)
                assert not holds(after, why)
                turned += 1
            if found and found.size > 1:
                assert not smaller(before, found.goal, every_change(before), 1)
    assert turned > 5
