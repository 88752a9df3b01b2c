"""Questions to a finished assessment, each held against a second way of finding the answer."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from kg.assess import Assessment, assess
from kg.assess.outcomes import Outcome
from kg.errors import InputError
from kg.explanations.differences import Difference, conclusions, difference, entries, holds, what_if, why_not
from kg.explanations.retraction import minimal_sources, retract, sources_of
from kg.facts.patient import PatientFacts
from kg.ontology.compiled import Ontology
from kg.proof import proof
from kg.proof.derivations import Conclusion, Derivations
from kg.proof.engine_trace import derivations
from kg.proof.proof import Explainer
from kg.readers.case.reader import CaseReader
from kg.reasoner.engine import Engine
from kg.record.record import Record
from patients import ADULT, b12, hb
from reduced import without_sources

Case = dict[str, Any]
BETWEEN: Case = {"measurements": [hb(Decimal("12.5"))]}
LOW_IN_WOMEN: Case = {"measurements": [hb(Decimal("11.8"))]}
CANCER: Case = {"diagnoses": [{"concept": "breast cancer"}]}
ABOVE_10: Case = ADULT | CANCER | {"measurements": [hb(Decimal("10.6"))]}
PANCYTOPENIC: Case = {"findings": [{"concept": code} for code in ("pancytopenia", "iron_low", "b12_markedly_elevated")]}
TWO_ARTICLES: Case = ADULT | CANCER | PANCYTOPENIC | {"measurements": [b12(1250)]}
OFF_CHEMOTHERAPY: Case = {"treatments": [{"concept": "active chemotherapy", "status": "absent"}]}


@pytest.fixture(scope="module")
def engine(ontology: Ontology) -> Engine:
    return Engine(ontology)


class Desk:
    """Reads cases and assesses them with the engine."""

    def __init__(self, ontology: Ontology, reader: CaseReader, engine: Engine) -> None:
        self.ontology, self.reader, self.engine = ontology, reader, engine

    def facts(self, **case: Any) -> PatientFacts:
        return self.reader.read(case)

    def assess(self, **case: Any) -> Assessment:
        return assess(self.ontology, self.engine, self.facts(**case))

    def derivations(self, record: Record) -> Derivations:
        return derivations(self.engine, self.engine.saturate(record))


@pytest.fixture(scope="module")
def desk(ontology: Ontology, reader: CaseReader, engine: Engine) -> Desk:
    return Desk(ontology, reader, engine)


# -- why not


def test_why_not_names_what_is_missing(desk: Desk) -> None:
    found = why_not(desk.assess(**ABOVE_10), "A0-39")
    assert found.outcome.outcome is Outcome.UNDETERMINED
    assert [[(fact.list, fact.concept, fact.status) for fact in facts] for facts in found.outcome.missing] == [
        [("treatments", "ActiveChemotherapy", "absent")]
    ]
    assert found.blocks == ()


def test_what_is_missing_is_enough_once_it_is_known(desk: Desk) -> None:
    assert desk.assess(**ABOVE_10 | OFF_CHEMOTHERAPY).outcomes.by_claim["A0-39"].outcome is Outcome.APPLICABLE


def test_why_not_names_what_blocks(desk: Desk) -> None:
    found = why_not(desk.assess(**ABOVE_10), "A0-43")
    assert found.outcome.outcome is Outcome.EXCLUDED
    assert found.blocks == ("Patient whose current value is: Haemoglobin at most 10 g/dL",)


def test_why_not_tells_what_blocks_from_what_is_only_missing(desk: Desk) -> None:
    # Given chemotherapy that is running, when the warning for patients without it is asked for, then that blocks it
    treated = {"treatments": [{"concept": "active chemotherapy"}]}
    found = why_not(desk.assess(**ABOVE_10 | treated), "A0-39")
    assert found.blocks == ("Patient known to be without: Active chemotherapy",)


def test_why_not_of_a_claim_that_applies_names_nothing(desk: Desk) -> None:
    found = why_not(desk.assess(**ABOVE_10), "A0-44")
    assert (found.outcome.outcome, found.outcome.missing, found.blocks) == (Outcome.APPLICABLE, (), ())


# -- what if


@pytest.mark.parametrize(
    ("before", "change", "after"),
    [
        (ABOVE_10, OFF_CHEMOTHERAPY, ABOVE_10 | OFF_CHEMOTHERAPY),
        (ABOVE_10, {"measurements": [hb(10)]}, ABOVE_10 | {"measurements": [hb(10)]}),
        (
            ABOVE_10,
            {"diagnoses": [{"concept": "breast cancer", "status": "unknown"}]},
            ABOVE_10 | {"diagnoses": []},
        ),
        (
            ABOVE_10,
            {"diagnoses": [{"concept": "breast cancer", "status": "absent"}]},
            ABOVE_10 | {"diagnoses": [{"concept": "breast cancer", "status": "absent"}]},
        ),
        (ADULT | BETWEEN, {"sex": "male"}, ADULT | BETWEEN | {"sex": "male"}),
        (ADULT | LOW_IN_WOMEN, {"age": 8}, ADULT | LOW_IN_WOMEN | {"age": 8}),
        (ABOVE_10, {"record": {"complete": ["treatments"]}}, ABOVE_10 | {"record": {"complete": ["treatments"]}}),
        (
            ABOVE_10,
            {"findings": [{"concept": "breast cancer", "status": "absent"}]},
            ABOVE_10 | {"diagnoses": [{"concept": "breast cancer", "status": "absent"}]},
        ),
        (
            ADULT | {"diagnoses": [{"concept": "lymphoma", "status": "suspected"}]},
            {"diagnoses": [{"concept": "lymphoma"}]},
            ADULT | {"diagnoses": [{"concept": "lymphoma"}]},
        ),
    ],
    ids=[
        "a fact added",
        "a value changed",
        "a fact removed",
        "a fact turned",
        "sex",
        "age",
        "a list complete",
        "a fact turned in another list",
        "a suspicion confirmed",
    ],
)
def test_what_if_is_the_difference_to_the_changed_case(before: Case, change: Case, after: Case, desk: Desk) -> None:
    now, then = desk.assess(**before), desk.assess(**after)
    found = what_if(now, desk.engine, desk.facts(**change))
    assert found == difference(now, then)
    assert set(found.added) == entries(then) - entries(now)
    assert set(found.removed) == entries(now) - entries(then)
    assert found.claims


def test_a_lower_haemoglobin_turns_two_claims_round_and_takes_one_entry_away(desk: Desk) -> None:
    found = what_if(desk.assess(**ABOVE_10), desk.engine, desk.facts(measurements=[hb(10)]))
    assert found == Difference(
        claims={
            "A0-43": (Outcome.EXCLUDED, Outcome.APPLICABLE),
            "A0-44": (Outcome.APPLICABLE, Outcome.EXCLUDED),
        },
        added=(),
        removed=("contraindication:esa:precautionary",),
    )


def test_what_if_a_fact_or_a_value_were_not_there(desk: Desk) -> None:
    # Given a patient with a diagnosis and a value, when either is taken out, then it is as if it had not been stated
    now = desk.assess(**ABOVE_10)
    facts = now.record.facts
    for gone, rest in ((facts.facts[0], {"diagnoses": []}), (facts.measurements[0], {"measurements": []})):
        found = what_if(now, desk.engine, desk.facts(), without=[gone])
        assert found == difference(now, desk.assess(**ABOVE_10 | rest))
        assert found.claims


def test_no_change_makes_no_difference(desk: Desk) -> None:
    now = desk.assess(**TWO_ARTICLES)
    assert what_if(now, desk.engine, desk.facts()) == Difference({}, (), ())
    assert what_if(now, desk.engine, desk.facts(**CANCER)) == Difference({}, (), ())


# -- retraction


@pytest.mark.parametrize("identifier", ["A0", "A1", "A4", "A1-11", "A4[1]", "A0-R1", "A1:1740-1835"])
def test_what_falls_is_what_an_ontology_without_those_axioms_lacks(identifier: str, desk: Desk, tmp_path: Path) -> None:
    patient = desk.assess(**TWO_ARTICLES).record
    sources = sources_of(desk.ontology, identifier)
    whole = desk.derivations(patient)
    engine = Engine(without_sources(desk.ontology, sources, tmp_path))
    rest = derivations(engine, engine.saturate(patient))
    fallen = retract(whole, sources)
    # What the ontology says of a witness stays true without them: it is traced only where something shows the witness.
    lacking = {item for item in set(whole.depth) - set(rest.depth) if not item.subject.startswith("witness/")}
    assert fallen == lacking
    assert set(rest.depth) <= set(whole.depth)
    assert fallen


def listed(desk: Desk, fallen: Iterable[Conclusion]) -> set[tuple[str, str]]:
    props = desk.ontology.list_properties
    return {(props[item.predicate], item.object) for item in fallen if item.predicate in props}


def test_without_an_article_everything_falls_that_needs_it(desk: Desk) -> None:
    # Given a patient for whom two articles speak
    graph = desk.derivations(desk.assess(**TWO_ARTICLES).record)
    explainer = Explainer(graph)
    of_a1 = sources_of(desk.ontology, "A1")
    # when one of them is dropped, then exactly that falls which has no set of sources without it
    needing = {item for item in graph.depth if all(one & of_a1 for one in explainer.sources(item))}
    assert retract(graph, of_a1) == needing
    assert ("differential", "AcuteLeukemia") in listed(desk, needing)
    assert ("differential", "Lymphoma") not in listed(desk, needing)


def test_a_shared_conclusion_stays_while_one_of_its_claims_does(desk: Desk) -> None:
    # Given two claims of A1 that argue against the same deficiency
    graph = desk.derivations(desk.assess(**ADULT | PANCYTOPENIC).record)
    shared = ("counterarguments", "VitaminB12Deficiency")
    one, other = (sources_of(desk.ontology, claim) for claim in ("A1-11", "A1-12"))
    # when one is dropped, then only that claim falls; when both are, then the conclusion does
    assert Conclusion("patient/case", "claimApplies", "claim/A1-11") in retract(graph, one)
    assert shared not in listed(desk, retract(graph, one))
    assert shared not in listed(desk, retract(graph, other))
    assert shared in listed(desk, retract(graph, one | other))


def test_a_claim_with_a_second_marker_outlives_the_first(desk: Desk) -> None:
    claims = desk.ontology.claims
    both = {name for name, claim in claims.items() if {m.number for m in claim.markers if m.article == "A0"} > {1}}
    alone = {name for name, claim in claims.items() if [(m.article, m.number) for m in claim.markers] == [("A0", 1)]}
    assert both
    assert alone
    assert sources_of(desk.ontology, "A0[1]") == {f"claim/{name}" for name in alone}


def test_the_same_number_in_two_articles_is_two_markers(desk: Desk) -> None:
    for marker, article in (("A0[2]", "A0"), ("A1[2]", "A1"), ("A4[2]", "A4")):
        found = sources_of(desk.ontology, marker)
        assert found
        assert all(name.startswith(f"claim/{article}-") for name in found)


def test_a_reference_takes_the_claims_that_rest_on_it_alone(desk: Desk) -> None:
    found = sources_of(desk.ontology, "A0-R1")
    for name in found:
        markers = desk.ontology.claims[name.removeprefix("claim/")].markers
        assert {marker.reference for marker in markers} == {"reference/A0/1"}
    assert found


def test_a_passage_takes_the_claims_that_stand_in_it(desk: Desk) -> None:
    assert sources_of(desk.ontology, "A1:1740-1835") == {"claim/A1-17"}
    spans = {(c.passage.article, c.passage.start, c.passage.end) for c in desk.ontology.claims.values()}
    found = [sources_of(desk.ontology, f"{article}:{start}-{end}") for article, start, end in spans]
    assert set().union(*found) == {f"claim/{name}" for name in desk.ontology.claims}


@pytest.mark.parametrize("identifier", ["A9", "A0[9]", "A0-R9", "A0:1-2", "", "A0-00"])
def test_a_source_that_is_none_is_an_error(identifier: str, desk: Desk) -> None:
    with pytest.raises(InputError, match="is no source that a claim rests on alone"):
        sources_of(desk.ontology, identifier)


# -- minimal sets of sources


def test_a_conclusion_of_two_claims_rests_on_either(desk: Desk) -> None:
    explainer = Explainer(desk.derivations(desk.assess(**ADULT | PANCYTOPENIC).record))
    found = minimal_sources(explainer, Conclusion("patient/case", "hasArgumentAgainst", "VitaminB12Deficiency"))
    claims = [{name for name in one if name.startswith("claim/")} for one in found.sets]
    assert claims == [{"claim/A1-08", "claim/A1-11"}, {"claim/A1-08", "claim/A1-12"}]
    assert not found.partial


def test_a_conclusion_falls_with_a_source_that_all_its_sets_share_and_with_no_other(desk: Desk) -> None:
    # Given the minimal sets of sources of everything in the lists of a patient
    graph = desk.derivations(desk.assess(**TWO_ARTICLES).record)
    explainer, lists, alone = Explainer(graph), set(desk.ontology.list_properties), 0
    sets = {item: minimal_sources(explainer, item).sets for item in graph.depth if item.predicate in lists}
    # when one source is dropped, then exactly that falls which has no set without it
    for source in sorted({name for found in sets.values() for one in found for name in one}):
        fallen = retract(graph, {source})
        assert fallen & set(sets) == {item for item, found in sets.items() if all(source in one for one in found)}
        alone += any(source in one for item, found in sets.items() if item not in fallen for one in found)
    assert alone >= 2


def test_a_bound_on_alternatives_is_named_when_it_fires(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    graph = desk.derivations(desk.assess(**ADULT | PANCYTOPENIC).record)
    conclusion = Conclusion("patient/case", "hasArgumentAgainst", "VitaminB12Deficiency")
    monkeypatch.setattr(proof, "JUSTIFICATIONS", 1)
    found = minimal_sources(Explainer(graph), conclusion)
    assert len(found.sets) == 1
    assert found.partial


# -- ids


def test_an_id_stands_for_the_claim_or_the_entry(desk: Desk) -> None:
    assessed = desk.assess(**ABOVE_10)
    depth = desk.derivations(assessed.record).depth
    for identifier in ("A0-44", "contraindication:esa:precautionary"):
        (conclusion,) = conclusions(assessed, identifier)
        assert conclusion in depth
        assert holds(assessed, identifier)
