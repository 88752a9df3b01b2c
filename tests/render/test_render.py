"""The answer as text and Markdown: nothing is invented, everything leads to a claim, and it fits the terminal."""

from __future__ import annotations

import re
import shlex
import sys
from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

import rendered
from kg.ask import ask
from kg.assess import Assessment
from kg.assess.outcomes import Outcome
from kg.commands import terminal
from kg.commands.dispatch import main
from kg.ontology.ordering import harms
from kg.render import as_markdown, as_text
from kg.render.document import AnswerDocument, AnswerLine, document
from kg.render.markdown import escape
from kg.render.reply import reply_text
from rendered import DAY, EXAMPLES, INDEX_CASE, KNOWLEDGE, by_name

IDENTIFIER: Final = re.compile(r"A\d-\d\d")
COLOUR: Final = "\x1b["
CONCLUDED: Final = (
    "Act now", "Next steps, in order", "Treatment", "Monitoring", "Avoid", "Pitfalls of interpretation",
    "Differential", "Less likely",
)  # fmt: skip
WHY: Final = "Why: the claims of"
FIRST_SCREEN: Final = 55


@pytest.fixture(scope="module")
def assessments() -> dict[str, Assessment]:
    return rendered.assessments()


@pytest.fixture(scope="module")
def index_case(assessments: dict[str, Assessment]) -> Assessment:
    return assessments[INDEX_CASE.stem]


def test_every_example_patient_is_rendered(assessments: dict[str, Assessment]) -> None:
    assert len(assessments) == len(EXAMPLES) >= 15


# -- nothing is invented


def said(row: AnswerLine) -> str:
    """All that a row says."""
    return " ".join((f"{row.text} [{', '.join(row.claims)}]", *row.details))


def rows(page: AnswerDocument, *headings: str) -> list[AnswerLine]:
    return [row for section in page.sections if not headings or section.heading in headings for row in section.rows]


def summary(page: AnswerDocument, heading: str) -> list[str]:
    return [row.text for section in page.summary if section.heading == heading for row in section.rows]


@by_name()
def test_a_claims_sentence_never_stands_without_its_id(name: str, assessments: dict[str, Assessment]) -> None:
    page = document(assessments[name])
    found = 0
    for row in (*rows(page), *(row for section in page.summary for row in section.rows)):
        text = "; ".join(part for part in (row.text, *row.details) if not part.startswith("unless"))
        for claim in KNOWLEDGE.ontology.claims.values():
            if claim.sentence in text:
                assert claim.id in said(row), said(row)
                found += 1
    assert found >= len(assessments[name].applicable())


@by_name()
def test_every_concluded_row_names_claims_that_apply_or_is_marked_as_a_wider_reading(
    name: str, assessments: dict[str, Assessment]
) -> None:
    found = assessments[name]
    applicable = set(found.outcomes.ids(Outcome.APPLICABLE))
    wider = {item.claim for item in found.outcomes.of(Outcome.AMBIGUOUS) if item.held}
    for row in rows(document(found), *CONCLUDED):
        # what would follow under a result is no conclusion
        concluded = replace(row, details=tuple(text for text in row.details if not text.startswith("if ")))
        named = set(IDENTIFIER.findall(said(concluded)))
        assert named, row
        assert named <= (wider if "in one reading" in row.text else applicable) | harm_sources(), row


def harm_sources() -> set[str]:
    return {harm.source.removeprefix("claim/") for harm in harms(KNOWLEDGE.ontology).values()}


@by_name()
def test_a_precaution_is_told_apart_from_a_warning_that_holds(name: str, assessments: dict[str, Assessment]) -> None:
    found = assessments[name]
    open_ones = {*found.outcomes.ids(Outcome.UNDETERMINED), *found.outcomes.ids(Outcome.AMBIGUOUS)}
    for row in rows(document(found), "Avoid as a precaution"):
        named = set(IDENTIFIER.findall(said(row)))
        assert named
        assert named <= open_ones


@by_name()
def test_every_claim_that_applies_is_listed_with_its_passage_and_markers(
    name: str, assessments: dict[str, Assessment]
) -> None:
    found = assessments[name]
    sections = [one for one in document(found).sections if one.heading.startswith(WHY)]
    lines = [line for section in sections for row in section.rows for line in row.details]
    listed = {IDENTIFIER.findall(line)[-1]: line for line in lines}
    assert len(listed) == len(lines)
    assert sorted(listed) == [claim.id for claim in found.applicable()]
    for claim in found.applicable():
        line = listed[claim.id]
        assert f"({claim.passage.start}-{claim.passage.end}; " in line
        assert all(f"[{marker.number}]" in line for marker in claim.markers)
        assert all(marker.state.replace("-", " ") in line for marker in claim.markers)
        assert ("uncited" in line) is not bool(claim.markers)
        assert ("; doubted)" in line) is bool(claim.doubts)


@by_name()
def test_every_doubt_stands_once_with_all_its_claims(name: str, assessments: dict[str, Assessment]) -> None:
    found = assessments[name]
    expected: dict[str, list[str]] = {}
    for claim in found.applicable():
        for text, basis in claim.doubts:
            expected.setdefault(f"{text} ({basis})", []).append(claim.id)
    assert {row.text: list(row.claims) for row in rows(document(found), "Doubts")} == expected


def test_the_sources_tell_review_state_of_each_marker_and_what_the_reference_is_about(
    assessments: dict[str, Assessment],
) -> None:
    (article,) = rows(document(assessments["functional-iron-deficiency"]), "Sources")
    assert "human review pending" in article.text
    assert any(
        line.startswith("[3] by list position: ") and "about high haemoglobin" in line for line in article.details
    )


# -- what a busy reader sees first


@by_name()
def test_the_first_screen_says_what_to_do_what_to_avoid_what_to_think_of_and_what_to_ask(
    name: str, assessments: dict[str, Assessment]
) -> None:
    found = assessments[name]
    screen = as_text(found, 100).splitlines()[:FIRST_SCREEN]
    heads = {line[:10].strip() for line in screen if line[:10].strip()}
    entailed = {key for key, items in found.lists.items() if any(item.basis == "entailed" for item in items)}
    wanted = {"Ask"} if found.questions else set()
    wanted |= {"Avoid"} if "contraindications" in entailed else set()
    wanted |= {"Treat"} if "treatments" in entailed else set()
    wanted |= {"Think of"} if any(item.basis == "entailed" for item in found.differential) else set()
    assert wanted <= heads
    assert not entailed & {"escalations", "next_steps"} or heads & {"Do first", "Do next"}


def test_the_headline_says_what_to_think_of_and_what_to_do(index_case: Assessment) -> None:
    assert document(index_case).headline == (
        "Think of: Primary bone marrow disorder (most likely) · Do first: Take a bone marrow biopsy (urgent) · "
        "Do not give vitamin B12"
    )


def test_a_condition_at_the_top_comes_with_the_sentence_that_put_it_there(index_case: Assessment) -> None:
    first, second, *_ = summary(document(index_case), "Think of")
    claims = KNOWLEDGE.ontology.claims
    assert first.startswith("Primary bone marrow disorder (most likely); among them Acute leukaemia, ")
    assert first.endswith(f"{claims['A1-08'].sentence.rstrip('.')} [A1-08]")
    assert second.endswith("[A1-17]")


def test_what_must_not_be_delayed_is_to_be_done_and_never_to_be_avoided(assessments: dict[str, Assessment]) -> None:
    page = document(assessments["severe-pancytopenia-with-blasts"])
    assert "Do not delay the bone marrow biopsy [A1-53]" in summary(page, "Do first")
    assert not any("biopsy" in text for text in summary(page, "Avoid"))
    assert not any("biopsy" in row.text for row in rows(page, "Avoid"))


def test_a_drug_that_must_not_be_withheld_is_not_among_those_to_avoid(assessments: dict[str, Assessment]) -> None:
    page = document(assessments["low-b12-with-neurology"])
    assert "Do not withhold vitamin B12 [A4-59]" in summary(page, "Do first")
    assert summary(page, "Avoid") == []
    (treatment,) = summary(page, "Treat")
    assert treatment.startswith("Give hydroxocobalamin; loading: 1 mg, intramuscular, alternate days")


def test_a_stop_that_depends_on_a_grey_zone_is_told_on_the_first_screen(assessments: dict[str, Assessment]) -> None:
    page = document(assessments["esa-without-response-after-eight-weeks"])
    (unclear,) = summary(page, "Unclear")
    assert unclear.endswith("(grey zone) [A0-35]")
    assert not any("[A0-35]" in said(row) for row in rows(page, "Treatment", "Monitoring", "Next steps, in order"))


def test_a_plan_is_answered_by_the_warnings_that_apply_are_open_or_do_not_apply(
    assessments: dict[str, Assessment],
) -> None:
    (off,) = summary(document(assessments["esa-asked-for-off-chemotherapy"]), "Planned")
    (on,) = summary(document(assessments["esa-candidate-on-palliative-chemotherapy"]), "Planned")
    assert "Darbepoetin: warnings that apply [A0-39" in off
    assert re.search(r"warnings that do not apply \[.*A0-39.*A0-51", on)


def test_a_precaution_about_what_nobody_plans_takes_one_line(assessments: dict[str, Assessment]) -> None:
    (row,) = rows(document(assessments["low-b12-with-neurology"]), "Avoid as a precaution")
    assert (row.text, row.details) == ("Do not give an ESA: contraindicated (neither planned nor given)", ())


def test_a_contradiction_of_the_record_is_told_before_anything_is_advised(assessments: dict[str, Assessment]) -> None:
    heads = [section.heading for section in document(assessments["chemotherapy-stated-both-ways"]).summary]
    assert heads.index("Data") < heads.index("Avoid")


def test_steps_are_numbered_and_name_the_numbers_that_come_before(index_case: Assessment) -> None:
    steps = rows(document(index_case), "Act now", "Next steps, in order")
    assert [row.number for row in steps] == list(range(1, len(steps) + 1))
    (biopsy,) = [row for row in steps if row.text.startswith("Take a bone marrow biopsy")]
    assert biopsy.details == ("after 6-8; for: definitive diagnosis",)


def test_an_assumption_that_adds_only_a_warning_does_not_read_as_an_offer(index_case: Assessment) -> None:
    (leukemia,) = [row for row in rows(document(index_case), "If it is confirmed") if row.text == "Acute leukaemia"]
    assert "new: Do not give an ESA: contraindicated (as a precaution)" in leukemia.details


def test_a_dispute_leads_and_what_is_disputed_is_never_simply_offered() -> None:
    text = "74 year old man, low-risk MDS, previous breast cancer, not on chemotherapy. EPO 180 mU/mL. Hb 92 g/L."
    found = ask(KNOWLEDGE, text, DAY).assessment
    assert found is not None
    page = document(found)
    assert page.headline.startswith("In conflict: Darbepoetin, Epoetin, Erythropoiesis-stimulating agent")
    assert "Treat:" not in page.headline
    (dispute,) = summary(page, "Conflict")
    assert "[A0-31, A0-32] for, [A0-39] against; no rule" in dispute
    assert [text for text in summary(page, "Treat") if "poetin" in text and "in conflict" not in text] == []


def test_old_values_stand_in_one_row_and_what_is_pending_is_asked_for_as_pending() -> None:
    text = "65 year old man with lung cancer, B12 pending. WBC 3.1 (4.0-10.0), Hb 10.1 g/dL on 2025-08-01."
    found = ask(KNOWLEDGE, text, DAY).assessment
    assert found is not None
    page = document(found)
    assert summary(page, "Data") == ["Older than 90 days: Haemoglobin, White cell count"]
    assert len(rows(page, "Data issues")) == 2
    assert any("Vitamin B12 (pending)" in text for text in summary(page, "Ask"))


def test_a_patient_of_whom_nothing_follows_is_told_so(assessments: dict[str, Assessment]) -> None:
    assert as_text(assessments["all-normal"]).startswith("Do        None of the articles' claims is known to apply.")


def test_the_disclaimer_and_the_state_of_review_travel_with_every_answer(assessments: dict[str, Assessment]) -> None:
    for found in assessments.values():
        for written in (" ".join(as_text(found).split()), as_markdown(found)):
            assert "supplement to clinical judgment" in written
            assert not found.applicable() or "human review pending" in written
            assert "approved" not in written.lower()


def test_the_command_that_is_printed_gives_the_proof(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["assess", str(INDEX_CASE), "--format", "text"]) == 0
    _, _, after = capsys.readouterr().out.partition("Proof     ")
    _, *arguments = shlex.split(after.partition("\n\n")[0])
    assert main([*arguments, "--format", "text"]) == 0
    short, _, tree = capsys.readouterr().out.partition("\n\n")
    assert short.startswith("By the record: has stated finding «Pancytopenia»")
    assert "By A1-08: The leading explanation is disease starting in the marrow" in short
    assert tree.startswith("patient claim applies A1-08")


def test_what_was_not_used_of_a_text_is_told_on_the_first_screen_and_with_its_reason() -> None:
    text = "62-year-old woman with pancytopenia and B12 1250 ng/L. Zorblatt 12 mg/dL."
    reply = ask(KNOWLEDGE, text, DAY)
    (unread,) = reply.reading.not_understood
    written = reply_text(reply)
    assert f"“{unread.text}”" in "\n".join(written.splitlines()[:FIRST_SCREEN])
    assert f"({unread.start}-{unread.end}): {unread.reason}" in " ".join(written.split())


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
    too_long = [line for line in written.splitlines() if len(line) > 50]
    assert [line.split()[0] for line in too_long] == ["Proof"]


# -- Markdown


@given(st.text(alphabet="ab `*_[]<>#|~\\", max_size=20))
def test_escaped_text_has_no_mark_of_its_own(text: str) -> None:
    escaped = escape(text)
    assert re.sub(r"\\([\\`*_\[\]<>#|~])", r"\1", escaped) == text
    assert re.search(r"(?<!\\)(?:\\\\)*[`*_\[\]<>#|~]", escaped) is None


def test_what_a_record_says_is_escaped_in_markdown() -> None:
    case = {"measurements": [{"test": "B12", "value": 150, "comparator": "<", "unit": "ng/L"}]}
    found = KNOWLEDGE.assess_case(case, DAY)
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
