"""Every claim stands where the article says it; nothing printed is lost, nothing is invented."""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from decimal import Decimal

import pytest

from kg.ontology import terms
from kg.ontology.compiled import Ontology
from kg.ontology.model import Claim
from places import SHARED
from sources import FIRST_ARTICLES

TABLE = SHARED / "claims" / "claims.csv"
TEXTS = SHARED / "articles"
with_table = pytest.mark.skipif(not TABLE.exists(), reason=f"the table of claims is not at hand ({TABLE})")
with_texts = pytest.mark.skipif(not TEXTS.is_dir(), reason=f"the articles' texts are not at hand ({TEXTS})")
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
OWL = "http://www.w3.org/2002/07/owl#"
SUBCLASS = "http://www.w3.org/2000/01/rdf-schema#subClassOf"


@pytest.fixture(scope="module")
def table() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 234
    return rows


def first_claims(ontology: Ontology) -> list[Claim]:
    """The claims of the articles that were there first, of which this file speaks."""
    return [claim for claim in ontology.claims.values() if claim.article in FIRST_ARTICLES]


def parts(ontology: Ontology, kind: str, *fields: str) -> dict[str, list[tuple[str, ...]]]:
    """Claim of the first articles → fields of its regimens or effects, in order; what is not printed is empty."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for node in ontology.index.subjects(RDF_TYPE, terms.BASE + kind):
        claim = terms.local(node).split("/")[1]
        if ontology.claims[claim].article not in FIRST_ARTICLES:
            continue
        found.setdefault(claim, []).append(tuple(ontology.index.own_value(node, field) for field in fields))
    return found


def differences(ontology: Ontology, table: list[dict[str, str]], column: str, of: str) -> list[str]:
    wrong = []
    for row in table:
        mine = shown(ontology.claims[row["id"]])[of]
        if mine != row[column]:
            wrong.append(f"{row['id']}: {mine!r} instead of {row[column]!r}")
    return wrong


def shown(claim: Claim) -> dict[str, str]:
    return {
        "start": str(claim.passage.start),
        "end": str(claim.passage.end),
        "digest": claim.passage.digest[:12],
        "section": claim.passage.section,
        "kind": claim.kind,
        "modality": claim.field("modality"),
    }


# -- all of them


def test_the_first_three_articles_make_234_claims_and_174_depend_on_a_patient(ontology: Ontology) -> None:
    claims = first_claims(ontology)
    assert Counter(claim.article for claim in claims) == {"A0": 77, "A1": 81, "A4": 76}
    assert sum(claim.executable for claim in claims) == 174
    assert [claim.id for claim in claims] == [
        f"{article}-{number:02}"
        for article, last in (("A0", 77), ("A1", 81), ("A4", 76))
        for number in range(1, last + 1)
    ]


def test_the_claims_are_of_the_kinds_that_were_counted(ontology: Ontology) -> None:
    assert Counter(claim.kind for claim in first_claims(ontology)) == {
        "differential": 21,
        "refutes-differential": 14,
        "next-step test": 37,
        "treatment": 8,
        "contraindication": 9,
        "pitfall/do-not": 16,
        "escalation": 6,
        "threshold/definition": 15,
        "interpretation": 34,
        "effect-size": 15,
        "monitoring": 6,
        "dosing": 6,
        "timing": 8,
        "reference": 3,
        "governance": 36,
    }


@with_table
@pytest.mark.parametrize(
    ("column", "field"),
    [
        ("start", "start"),
        ("end", "end"),
        ("slice_sha256_12", "digest"),
        ("kind", "kind"),
        ("modality", "modality"),
        ("section", "section"),
    ],
)
def test_a_column_of_the_table_of_claims_is_kept_for_all_234(
    ontology: Ontology, table: list[dict[str, str]], column: str, field: str
) -> None:
    assert differences(ontology, table, column, field) == []


@with_table
def test_every_claim_has_the_markers_that_are_printed_with_it(ontology: Ontology, table: list[dict[str, str]]) -> None:
    printed = {row["id"]: sorted(int(number) for number in row["markers"].split(",") if number) for row in table}
    mine = {claim.id: [marker.number for marker in claim.markers] for claim in first_claims(ontology)}
    assert mine == printed


@with_table
def test_what_depends_on_a_patient_by_the_table_is_executable(ontology: Ontology, table: list[dict[str, str]]) -> None:
    by_table = {row["id"] for row in table if row["scope"] == "patient"}
    assert {claim.id for claim in first_claims(ontology) if claim.executable} == by_table


@with_table
def test_every_second_reading_of_the_table_parts_the_claim(ontology: Ontology, table: list[dict[str, str]]) -> None:
    parted = [row["id"] for row in table if row["IF_other_reading"]]
    assert [name for name in parted if len(ontology.claims[name].readings) < 2] == []
    assert len(parted) == 46


@with_texts
def test_every_offset_cuts_out_a_passage_with_the_recorded_digest(ontology: Ontology) -> None:
    texts = {name: (TEXTS / item.file).read_text(encoding="utf-8") for name, item in ontology.articles.items()}
    wrong = []
    for claim in ontology.claims.values():
        piece = texts[claim.article][claim.passage.start : claim.passage.end]
        if hashlib.sha256(piece.encode()).hexdigest() != claim.passage.digest:
            wrong.append(claim.id)
    assert wrong == []
    assert set(FIRST_ARTICLES) <= set(texts)


# -- executable axioms


def test_every_executable_claim_can_apply_and_can_be_excluded(ontology: Ontology) -> None:
    index = ontology.index
    for claim in (claim for claim in ontology.claims.values() if claim.executable):
        heads = index.subjects(OWL + "hasValue", terms.BASE + "claim/" + claim.id)
        inferred = {
            prop for head in heads if index.subjects(SUBCLASS, head) for prop in index.values(head, OWL + "onProperty")
        }
        assert inferred >= {terms.BASE + "claimApplies", terms.BASE + "claimExcluded"}, claim.id


def test_every_reading_has_a_situation_and_a_formal_reading(ontology: Ontology) -> None:
    readings = [reading for claim in ontology.claims.values() for reading in claim.readings]
    assert all(reading.situation and reading.formal for reading in readings)
    assert {reading.reason for reading in readings} == {"reading", "grey_zone"}
    assert len(readings) >= 174 + 46


def test_claims_of_no_patient_have_neither_readings_nor_axioms(ontology: Ontology) -> None:
    knowledge = [claim for claim in ontology.claims.values() if not claim.executable]
    for claim in knowledge:
        assert ontology.index.subjects(OWL + "hasValue", terms.BASE + "claim/" + claim.id) == [], claim.id
    assert len([claim for claim in first_claims(ontology) if not claim.executable]) == 60


# -- markers and references


@pytest.mark.parametrize("number", [1, 2, 3])
def test_the_first_three_markers_of_a0_fit_its_list_by_position_only(ontology: Ontology, number: int) -> None:
    states = {(marker.state, marker.reference) for claim in ontology.claims.values() for marker in claim.markers
              if (marker.article, marker.number) == ("A0", number)}  # fmt: skip
    assert states == {("by-list-position", f"reference/A0/{number}")}
    node = terms.reference("A0", number)
    assert ontology.index.own_value(node, "topicMismatch") != ""


@pytest.mark.parametrize("number", [4, 5])
def test_the_last_two_markers_of_a0_are_unresolved(ontology: Ontology, number: int) -> None:
    states = {(marker.state, marker.reference) for claim in ontology.claims.values() for marker in claim.markers
              if (marker.article, marker.number) == ("A0", number)}  # fmt: skip
    assert states == {("unresolved", "")}


@pytest.mark.parametrize("article", ["A1", "A4"])
def test_the_markers_of_an_article_without_a_list_are_unlisted(ontology: Ontology, article: str) -> None:
    markers = [marker for claim in ontology.claims.values() for marker in claim.markers if marker.article == article]
    assert {(marker.state, marker.reference) for marker in markers} == {("unlisted", "")}
    assert {marker.number for marker in markers} == set(range(1, 8))


def test_no_marker_is_resolved_and_no_reference_is_invented(ontology: Ontology) -> None:
    states = Counter(marker.state for claim in first_claims(ontology) for marker in claim.markers)
    assert set(states) == {"by-list-position", "unresolved", "unlisted"}
    assert len(ontology.index.subjects(RDF_TYPE, terms.BASE + "Reference")) == 3


def test_a_claim_has_markers_of_its_own_article_only(ontology: Ontology) -> None:
    for claim in ontology.claims.values():
        assert {marker.article for marker in claim.markers} <= {claim.article}, claim.id


def test_the_review_state_of_the_first_articles_is_shown_as_it_is(ontology: Ontology) -> None:
    shown = ((name, ontology.articles[name]) for name in FIRST_ARTICLES)
    assert {name: (item.modified, item.active_stage, item.human_review) for name, item in shown} == {
        "A0": ("2026-02-06", "unknown", "pending"),
        "A1": ("2026-02-06", "unknown", "pending"),
        "A4": ("2025-12-01", "unknown", "pending"),
    }


# -- doses


def test_doses_are_as_printed_and_nothing_is_filled_in(ontology: Ontology) -> None:
    b12, muscle = "Hydroxocobalamin", "intramuscular"
    fields = ("phase", "substance", "dose", "unit", "route", "frequency", "duration", "until")
    assert parts(ontology, "Regimen", *fields) == {
        "A0-32": [("course", "Epoetin", "450", "[iU]/kg", "", "1 per week", "8 to 10 weeks", "")],
        "A4-51": [("loading", b12, "1", "mg", muscle, "3 per week", "2 weeks", "")],
        "A4-52": [("maintenance", b12, "1", "mg", muscle, "every 2 to 3 months", "lifelong", "")],
        "A4-53": [("loading", b12, "1", "mg", muscle, "alternate days", "", "no further improvement")],
        "A4-54": [("maintenance", b12, "1", "mg", muscle, "every 2 months", "not stated", "")],
        "A4-55": [("maintenance", "VitaminB12Treatment", "", "", "injection", "every month", "lifelong", "")],
    }


def test_no_claim_gives_a_dose_of_darbepoetin(ontology: Ontology) -> None:
    substances = {row[0] for rows in parts(ontology, "Regimen", "substance").values() for row in rows}
    dosed = {
        target for claim in first_claims(ontology) for predicate, target in claim.conclusions if predicate == "doses"
    }
    assert "Darbepoetin" not in substances | dosed
    assert "Epoetin" in substances & dosed


def test_lifelong_does_not_spread_to_the_regimen_with_neurology(ontology: Ontology) -> None:
    claim = ontology.claims["A4-54"]
    assert "lifelong" not in claim.sentence.lower()
    assert any("lifelong" in text for text, _ in claim.doubts)


# -- effect sizes


def test_effect_sizes_keep_their_measure_and_no_interval_is_invented(ontology: Ontology) -> None:
    effects = parts(ontology, "Effect", "measure", "printed", "interval")
    assert {row[2] for rows in effects.values() for row in rows} == {"not stated"}
    assert {name: [row[1] for row in rows] for name, rows in effects.items() if rows[0][0] == "odds ratio"} == {
        "A4-13": ["5.90"],
        "A4-17": ["6.2"],
        "A4-18": ["3.3-4.7"],
        "A4-19": ["3.2"],
        "A4-21": ["4.21", "1.96"],
        "A4-25": ["4.3"],
        "A4-27": ["2.7"],
        "A4-62": ["6.2"],
    }


def test_the_figures_of_effect_sizes_are_the_printed_ones(ontology: Ontology) -> None:
    rows = [row for rows in parts(ontology, "Effect", "printed", "effectValue", "effectLow", "effectHigh").values()
            for row in rows if row[0] != "no figure"]  # fmt: skip
    for printed, value, low, high in rows:
        figures = [Decimal(text) for text in printed.strip("%").removeprefix("approximately ").split("-")]
        assert [Decimal(text) for text in (value, low, high) if text] == figures, printed
    assert len(rows) == 12


# -- doubts


@pytest.mark.parametrize("claim", ["A0-27", "A4-13", "A1-25", "A0-32", "A0-39", "A4-18", "A1-70"])
def test_a_doubtful_claim_says_so(ontology: Ontology, claim: str) -> None:
    assert ontology.claims[claim].doubts != ()


def test_every_doubt_names_its_basis(ontology: Ontology) -> None:
    doubts = [doubt for claim in first_claims(ontology) for doubt in claim.doubts]
    assert {basis for _, basis in doubts} == {"article", "outside", "editorial"}
    assert all(text for text, _ in doubts)
    assert len(doubts) > 100
