"""The answer as text, Markdown and JSON: nothing is invented, everything leads to a claim, and it fits the terminal."""

from __future__ import annotations

import datetime
import re
import sys
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.assess import Assessment
from kg.cli import main
from kg.commands import terminal
from kg.examples import paths
from kg.knowledge import Knowledge
from kg.ontology import DEFAULT_FOLDER
from kg.outcomes import Outcome
from kg.read_case import parse_yaml
from kg.render import as_json, as_markdown, as_text, dumps
from kg.render.document import Document, Row, document
from kg.render.markdown import escape

KNOWLEDGE: Final = Knowledge()
EXAMPLES: Final = paths(DEFAULT_FOLDER)
INDEX_CASE: Final = DEFAULT_FOLDER / "examples" / "a1-pancytopenia-with-low-iron-and-high-b12.yaml"
IDENTIFIER: Final = re.compile(r"A\d-\d\d")
COLOUR: Final = "\x1b["
CONCLUDED: Final = ("Act now", "Next steps, in order", "Treatment", "Monitoring", "Differential", "Argued against")
ITEM: Final = {"id", "proof", "basis"}
ACTION: Final = ITEM | {
    "action", "label", "modality", "urgency", "within", "purpose", "after", "done_on", "claims",
    "scope", "exceptions", "regimen",
}  # fmt: skip
DIFFERENTIAL: Final = ITEM | {"condition", "label", "strength", "for", "against", "unexplained", "rank_reason"}
WHOLE: Final = {
    "id", "ontology_version", "notice", "understood", "not_understood", "claims", "differential", "next_steps",
    "contraindications", "pitfalls", "escalations", "monitoring", "treatments", "branches", "conflicts", "data_issues",
    "sources",
}  # fmt: skip
ACTIONS: Final = ("next_steps", "contraindications", "pitfalls", "escalations", "monitoring", "treatments")


@pytest.fixture(scope="module")
def assessments() -> dict[str, Assessment]:
    today = datetime.date(2026, 2, 10)
    cases = {path.stem: parse_yaml(path.read_text(encoding="utf-8")) for path in EXAMPLES}
    facts = {name: KNOWLEDGE.read_case(case, today) for name, case in cases.items()}
    return {name: KNOWLEDGE.assess(found, with_branches=True) for name, found in facts.items()}


@pytest.fixture(scope="module")
def index_case(assessments: dict[str, Assessment]) -> Assessment:
    return assessments[INDEX_CASE.stem]


def by_name() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("name", [path.stem for path in EXAMPLES])


def test_every_example_patient_is_rendered(assessments: dict[str, Assessment]) -> None:
    assert len(assessments) == len(EXAMPLES) >= 15


# -- nothing is invented


def lines(row: Row) -> list[str]:
    """What a row says, each with the claims it ends in."""
    return [f"{row.text} [{', '.join(row.claims)}]" if row.claims else row.text, *row.details]


def rows(page: Document, *headings: str) -> list[Row]:
    return [row for section in page.sections if not headings or section.heading in headings for row in section.rows]


@by_name()
def test_a_claims_sentence_never_stands_without_its_id(name: str, assessments: dict[str, Assessment]) -> None:
    claims = KNOWLEDGE.ontology.claims.values()
    said = 0
    for row in rows(document(assessments[name])):
        for line in lines(row):
            if line.startswith("unless"):
                continue
            for claim in claims:
                if claim.sentence in line:
                    assert re.search(rf"\[[^\]]*{claim.id}[^\]]*\]$", line), line
                    said += 1
    assert said >= len(assessments[name].applicable())


@by_name()
def test_every_concluded_row_ends_in_claims_that_apply(name: str, assessments: dict[str, Assessment]) -> None:
    found = assessments[name]
    applicable = set(found.outcomes.ids(Outcome.APPLICABLE))
    for row in rows(document(found), *CONCLUDED):
        assert row.claims, row
        assert set(row.claims) <= applicable, row


@by_name()
def test_what_is_to_be_avoided_quotes_only_claims_that_apply(name: str, assessments: dict[str, Assessment]) -> None:
    found = assessments[name]
    applicable = set(found.outcomes.ids(Outcome.APPLICABLE))
    for row in rows(document(found), "Avoid"):
        quoted = [word for line in row.details if line.endswith("]") for word in IDENTIFIER.findall(line)[-1:]]
        assert quoted
        assert set(quoted) <= applicable


@by_name()
def test_a_precaution_is_told_apart_from_a_warning_that_holds(name: str, assessments: dict[str, Assessment]) -> None:
    found = assessments[name]
    open_ones = {*found.outcomes.ids(Outcome.UNDETERMINED), *found.outcomes.ids(Outcome.AMBIGUOUS)}
    for row in rows(document(found), "Avoid as a precaution"):
        quoted = {word for line in row.details if line.endswith("]") for word in IDENTIFIER.findall(line)[-1:]}
        assert quoted
        assert quoted <= open_ones


@by_name()
def test_every_claim_that_applies_is_listed_with_its_passage_and_markers(
    name: str, assessments: dict[str, Assessment]
) -> None:
    found = assessments[name]
    listed = {row.claims[0]: row for row in rows(document(found), "Why: the claims that apply")}
    assert list(listed) == [claim.id for claim in found.applicable()]
    for claim in found.applicable():
        said = listed[claim.id].details[0]
        assert f"{claim.passage.start}-{claim.passage.end}" in said
        assert "uncited" in said or all(marker.state in said for marker in claim.markers)


def test_no_probability_is_made_of_an_odds_ratio(assessments: dict[str, Assessment]) -> None:
    for found in assessments.values():
        data = as_json(found)
        assert not {"probability", "likelihood", "score", "chance"} & keys(data)
        assert re.search(r"times (?:more|as) likely|\d\s*% (?:chance|probability|likely)", as_text(found)) is None


def keys(data: Any) -> set[str]:
    """Every field name of nested JSON data."""
    if isinstance(data, dict):
        return {*data, *(name for item in data.values() for name in keys(item))}
    return {name for item in data for name in keys(item)} if isinstance(data, list) else set()


# -- what a busy reader sees first


def test_the_headline_says_what_to_think_of_what_to_do_and_what_to_ask(index_case: Assessment) -> None:
    first = as_text(index_case).splitlines()
    assert first[0].startswith("Think of: Primary bone marrow disorder (most likely)")
    assert any(line.startswith("Do first: Bone marrow biopsy (urgent") for line in first[:4])
    assert any(line.startswith("Ask next: ") for line in first[:6])


def test_a_patient_of_whom_nothing_follows_is_told_so(assessments: dict[str, Assessment]) -> None:
    assert as_text(assessments["all-normal"]).startswith(("Nothing urgent follows.", "None of the articles' claims"))


def test_the_disclaimer_and_the_state_of_review_travel_with_every_answer(assessments: dict[str, Assessment]) -> None:
    for found in assessments.values():
        for said in (" ".join(as_text(found).split()), as_markdown(found)):
            assert "supplement to clinical judgment" in said
            assert not found.applicable() or "human review pending" in said
            assert "approved" not in said.lower()


def test_a_patient_with_urgent_steps_has_them_before_the_rest(index_case: Assessment) -> None:
    headings = [section.heading for section in document(index_case).sections]
    assert headings.index("Act now") < headings.index("Avoid") < headings.index("Why: the claims that apply")


# -- text on a terminal


@pytest.mark.parametrize("width", [40, 60, 80, 120])
@by_name()
def test_no_line_is_wider_than_the_terminal(name: str, width: int, assessments: dict[str, Assessment]) -> None:
    assert max(map(len, as_text(assessments[name], width).splitlines())) <= width


def test_a_terminal_narrower_than_forty_columns_gets_forty(index_case: Assessment) -> None:
    assert as_text(index_case, 10) == as_text(index_case, 40)


def test_the_width_changes_the_lines_and_not_the_words(index_case: Assessment) -> None:
    narrow, wide = ("".join(as_text(index_case, width).split()) for width in (60, 118))
    assert narrow == wide


def test_colour_is_given_only_when_asked_for_and_changes_no_word(index_case: Assessment) -> None:
    plain, coloured = as_text(index_case), as_text(index_case, colour=True)
    assert COLOUR not in plain
    assert COLOUR in coloured
    assert re.sub(r"\x1b\[\d+m", "", coloured) == plain


@pytest.mark.parametrize(
    ("on_a_terminal", "no_color", "coloured"),
    [(True, None, True), (True, "1", False), (True, "", True), (False, None, False), (False, "1", False)],
)
def test_colour_needs_a_terminal_and_yields_to_no_color(
    on_a_terminal: bool, no_color: str | None, coloured: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: on_a_terminal)
    monkeypatch.delenv("NO_COLOR", raising=False)
    if no_color is not None:
        monkeypatch.setenv("NO_COLOR", no_color)
    assert terminal.coloured() is coloured


def test_the_command_writes_no_colour_into_a_pipe_and_asks_the_width_of_the_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    assert main(["assess", str(INDEX_CASE), "--format", "text"]) == 0
    written = capsys.readouterr().out
    assert COLOUR not in written
    assert max(map(len, written.splitlines())) <= 50


# -- Markdown


@given(st.text(alphabet="ab `*_[]<>#|~\\", max_size=20))
def test_escaped_text_has_no_mark_of_its_own(text: str) -> None:
    escaped = escape(text)
    assert re.sub(r"\\([\\`*_\[\]<>#|~])", r"\1", escaped) == text
    assert re.search(r"(?<!\\)(?:\\\\)*[`*_\[\]<>#|~]", escaped) is None


def test_what_a_record_says_is_escaped_in_markdown() -> None:
    case = {"measurements": [{"test": "B12", "value": 150, "comparator": "<", "unit": "ng/L"}]}
    found = KNOWLEDGE.assess_case(case, datetime.date(2026, 2, 10))
    written = as_markdown(found)
    assert "\\<150" in written
    assert re.search(r"(?<!\\)<", written) is None


@by_name()
def test_markdown_has_one_title_and_a_heading_for_each_section(name: str, assessments: dict[str, Assessment]) -> None:
    found = assessments[name]
    written = as_markdown(found).splitlines()
    assert [line for line in written if line.startswith("# ")] == ["# Assessment"]
    headings = [line.removeprefix("## ") for line in written if line.startswith("## ")]
    assert headings == [escape(section.heading) for section in document(found).sections]


# -- JSON


@by_name()
def test_the_json_has_the_fields_of_the_contract(name: str, assessments: dict[str, Assessment]) -> None:
    data = as_json(assessments[name])
    assert set(data) >= WHOLE
    assert set(data["claims"]) == {"applicable", "undetermined", "ambiguous", "excluded"}
    fields = {
        "applicable": {"id", "kind", "sentence", "proof"},
        "undetermined": {"id", "missing"},
        "ambiguous": {"id", "holds_in", "fails_in", "missing", "reason"},
        "excluded": {"id", "proof"},
    }
    for outcome, wanted in fields.items():
        assert all(set(entry) >= wanted for entry in data["claims"][outcome]), outcome
    assert all(set(item) >= DIFFERENTIAL for item in data["differential"])
    assert all(set(item) >= ACTION for list_name in ACTIONS for item in data[list_name])
    assert all(set(item) >= {"if", "then"} for item in data["branches"])
    assert all(set(item) >= {"action", "for", "against", "resolution", "rule"} for item in data["conflicts"])
    assert all(set(item) >= {"concept", "label", "status"} for item in data["understood"])
    assert all(set(item) >= {"kind", "message", "facts"} for item in data["data_issues"])


@by_name()
def test_every_executable_claim_has_exactly_one_outcome(name: str, assessments: dict[str, Assessment]) -> None:
    claims = as_json(assessments[name])["claims"]
    listed = [entry["id"] for entries in claims.values() for entry in entries]
    executable = [claim.id for claim in KNOWLEDGE.ontology.claims.values() if claim.executable]
    assert sorted(listed) == sorted(executable)
    assert len(executable) == 174


@by_name()
def test_ids_of_entries_are_unique_and_name_their_list(name: str, assessments: dict[str, Assessment]) -> None:
    data = as_json(assessments[name])
    found = [item["id"] for list_name in ("differential", *ACTIONS) for item in data[list_name]]
    assert len(found) == len(set(found))
    for list_name in ("differential", *ACTIONS):
        assert all(item["id"].startswith(list_name.removesuffix("s") + ":") for item in data[list_name])


@by_name()
def test_a_missing_fact_is_a_fragment_of_a_case_that_can_be_read(name: str, assessments: dict[str, Assessment]) -> None:
    seen = set()
    for entry in as_json(assessments[name])["claims"]["undetermined"]:
        for fact in (fact for facts in entry["missing"] for fact in facts):
            assert set(fact) == {"list", "entry"}
            seen.add(dumps(fact))
    assert seen
    facts = [fact for fact in map(parse_yaml, sorted(seen)) if fact["list"] != "measurements"]
    case: dict[str, Any] = {}
    for fact in facts:
        case.setdefault(fact["list"], []).append(fact["entry"])
    assert KNOWLEDGE.read_case(case, datetime.date(2026, 2, 10)).facts


def test_the_age_of_a_current_value_is_told_in_days() -> None:
    values = [
        {"test": "B12", "value": 1200, "unit": "ng/L", "date": "2026-01-10"},
        {"test": "B12", "value": 1300, "unit": "ng/L", "date": "2026-02-03"},
    ]
    found = KNOWLEDGE.assess_case({"as_of": "2026-02-10", "measurements": values}, datetime.date(2026, 2, 10))
    ages = {item["date"]: (item["current"], item["age_days"]) for item in as_json(found)["understood"]}
    assert ages == {"2026-01-10": (False, None), "2026-02-03": (True, 7)}


def test_a_value_is_given_as_stated_and_as_converted() -> None:
    case = {"measurements": [{"test": "Hb", "value": 98, "unit": "g/L"}]}
    (item,) = as_json(KNOWLEDGE.assess_case(case, datetime.date(2026, 2, 10)))["understood"]
    assert (item["value"], item["unit"]) == (98, "g/L")
    assert item["canonical"] == {"low": 9.8, "high": 9.8, "unit": "g/dL"}


def test_the_sources_name_every_article_passage_and_marker_that_the_answer_rests_on(index_case: Assessment) -> None:
    sources = {source["article"]: source for source in as_json(index_case)["sources"]}
    passages = {passage["claim"] for source in sources.values() for passage in source["passages"]}
    assert passages >= {claim.id for claim in index_case.applicable()}
    assert sources["A1"]["human_review"] == "pending"
    assert {marker["state"] for marker in sources["A1"]["markers"]} == {"unlisted"}


def test_the_same_patient_gives_the_same_bytes(index_case: Assessment) -> None:
    again = KNOWLEDGE.assess(index_case.record.facts, with_branches=True)
    assert dumps(as_json(again)) == dumps(as_json(index_case))
    assert as_text(again) == as_text(index_case)
    assert as_markdown(again) == as_markdown(index_case)
