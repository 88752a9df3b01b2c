"""The commands that answer: words, files and lines in; text, Markdown, JSON and lines out; and how they end."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import pytest

from kg.commands.common import DONE, WRONG
from kg.commands.dispatch import COMMANDS, STOPPED, main
from kg.knowledge import Knowledge
from kg.ontology.compiled import DEFAULT_FOLDER

EXAMPLES: Final = DEFAULT_FOLDER / "examples"
CASE: Final = "62-year-old woman with pancytopenia, B12 1250 ng/L."
QUESTION: Final = "What is the dose of epoetin in low-risk MDS?"
AS_OF: Final = ("--as-of", "2026-02-10")
BLASTS: Final = '{"as_of": "2026-02-10", "findings": [{"concept": "blasts"}]}'


@pytest.fixture(autouse=True, scope="module")
def one_knowledge() -> Iterator[None]:
    """The ontology is loaded once for all commands of this file: it never changes."""
    shared = lru_cache(Knowledge)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("ask", "assess", "explain"):
            patch.setattr(f"kg.commands.{name}.Knowledge", shared)
        yield


def typed(monkeypatch: pytest.MonkeyPatch, text: str | bytes) -> None:
    """Puts text on standard input."""
    data = text if isinstance(text, bytes) else text.encode()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))


def out(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = DONE) -> str:
    assert main(list(arguments)) == status
    return capsys.readouterr().out


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    found = json.loads(out(capsys, *arguments, "--format", "json"))
    assert isinstance(found, dict)
    return found


def answers(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = DONE) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out(capsys, *arguments, status=status).splitlines()]


# -- ask


def test_a_case_in_words_gets_an_assessment(capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, "ask", CASE, *AS_OF)
    assert found["id"].startswith("sha256:")
    assert "A1-17" in [item["id"] for item in found["claims"]["applicable"]]
    assert "answer" not in found


def test_a_question_about_medicine_gets_an_answer(capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, "ask", QUESTION)
    assert found["covered"] is True
    assert "A0-32" in [item["id"] for item in found["claims"]]


def test_a_text_that_is_both_gets_the_assessment_with_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, "ask", f"62-year-old woman with pancytopenia. {QUESTION}", *AS_OF)
    assert "A1-61" in [item["id"] for item in found["claims"]["applicable"]]
    assert "A0-32" in [item["id"] for item in found["answer"]["claims"]]


@pytest.mark.parametrize("given", [["-"], []])
def test_a_text_may_come_from_standard_input(
    given: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(monkeypatch, CASE)
    assert answer(capsys, "ask", *given, *AS_OF) == answer(capsys, "ask", CASE, *AS_OF)


@pytest.mark.parametrize("text", [b"", b" \n ", b"pancytopenia \xff\xfe"])
def test_a_text_that_is_empty_or_no_text_is_wrong_input(
    text: bytes, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(monkeypatch, text)
    assert main(["ask", "-"]) == WRONG
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "is empty" in shown.err or "is no UTF-8 text" in shown.err


def test_the_day_decides_how_old_a_value_is(capsys: pytest.CaptureFixture[str]) -> None:
    text = "Lung cancer. B12 1250 ng/L on 2026-02-01."
    first = answer(capsys, "ask", text, *AS_OF)
    later = answer(capsys, "ask", text, "--as-of", "2026-12-31")
    assert [issue["kind"] for issue in first["data_issues"]] == []
    assert [issue["kind"] for issue in later["data_issues"]] == ["stale_value"]
    assert first["id"] != later["id"]


def test_an_answer_in_markdown_carries_the_query_and_in_text_its_title(capsys: pytest.CaptureFixture[str]) -> None:
    written = out(capsys, "ask", QUESTION, "--format", "markdown")
    assert "```sparql" in written
    assert written.rstrip().endswith("```")
    assert "Claims that answer a question" in out(capsys, "ask", QUESTION, "--format", "text")


def test_what_the_articles_do_not_say_is_declined_before_the_nearest_is_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    written = out(capsys, "ask", "What is the dose of darbepoetin?", "--format", "text")
    assert written.startswith("The articles do not say this")
    assert written.index("The nearest that they do say") > 0


# -- explain, of a file and of words


def test_words_in_a_file_are_a_case_and_are_explained_like_words_on_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "case.txt"
    file.write_text(CASE, encoding="utf-8")
    asked = answer(capsys, "ask", CASE, *AS_OF)
    assert answer(capsys, "assess", str(file), *AS_OF)["id"] == asked["id"]
    proof = answer(capsys, "explain", str(file), *AS_OF, "--conclusion", "A1-17")
    assert proof == answer(capsys, "ask", CASE, *AS_OF, "--conclusion", "A1-17")
    assert proof["proof"] in {item["proof"] for item in asked["claims"]["applicable"]}


def test_why_not_and_what_if_may_be_asked_of_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert out(capsys, "ask", CASE, "--why-not", "A1-68", "--format", "text").startswith("A1-68: undetermined")
    fact = '{"list": "findings", "entry": {"concept": "blasts"}}'
    assert "A1-68: undetermined becomes applicable" in out(capsys, "ask", CASE, "--what-if", fact, "--format", "text")


def test_a_question_without_a_patient_has_no_proof(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", QUESTION, "--conclusion", "A0-32"]) == WRONG
    assert "states nothing of a patient" in capsys.readouterr().err


def test_only_one_thing_is_explained_at_a_time() -> None:
    with pytest.raises(SystemExit) as caught:
        main(["explain", "case.yaml", "--conclusion", "A0-39", "--why-not", "A0-44"])
    assert caught.value.code == WRONG


# -- files


def test_a_case_saved_with_a_byte_order_mark_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "case.json"
    file.write_bytes(b"\xef\xbb\xbf" + BLASTS.encode())
    assert "A1-68" in [item["id"] for item in answer(capsys, "assess", str(file))["claims"]["applicable"]]


def test_the_same_case_from_a_file_and_from_standard_input_is_the_same_answer(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = EXAMPLES / "low-b12-with-neurology.yaml"
    typed(monkeypatch, file.read_bytes())
    assert answer(capsys, "assess", "-") == answer(capsys, "assess", str(file))


def test_without_branches_and_with_proofs_are_as_asked(capsys: pytest.CaptureFixture[str]) -> None:
    file = str(EXAMPLES / "severe-pancytopenia-with-blasts.yaml")
    plain = answer(capsys, "assess", file)
    assert plain["branches"] == []
    assert "proofs" not in plain
    full = answer(capsys, "assess", file, "--no-branches", "--proofs")
    assert full["branches"] is None
    assert {item["proof"] for item in full["claims"]["applicable"]} <= set(full["proofs"])


def test_markdown_is_one_of_the_forms(capsys: pytest.CaptureFixture[str]) -> None:
    file = str(EXAMPLES / "low-b12-with-neurology.yaml")
    assert out(capsys, "assess", file, "--format", "markdown").startswith("# Assessment\n")


def test_what_goes_into_a_pipe_is_json_unless_asked_otherwise(capsys: pytest.CaptureFixture[str]) -> None:
    assert json.loads(out(capsys, "assess", str(EXAMPLES / "all-normal.yaml")))["claims"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["assess", "."], ".: Is a directory"),
        (["assess", "gone.yaml"], "gone.yaml: No such file"),
        (["assess", "-", "--jsonl", "--format", "text"], "--format: text cannot be given line by line."),
        (["assess", str(EXAMPLES / "all-normal.yaml"), "--fields", "id,lerts"], "--fields: lerts: no field"),
        (["explain", str(EXAMPLES / "all-normal.yaml"), "--conclusion", "A0-39x"], "A0-39x: does not follow"),
    ],
)
def test_what_is_wrong_is_told_with_its_place_and_nothing_is_printed(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == WRONG
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith(said)


def test_a_day_that_is_none_is_told_with_the_form_of_a_day(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["assess", "-", "--as-of", "10.2.2026"])
    assert caught.value.code == WRONG
    assert "'10.2.2026' is not a date; write YYYY-MM-DD" in capsys.readouterr().err


# -- lines


LINES: Final = (
    BLASTS.encode(),
    b"",
    b"{bad",
    b"\xff\xfe",
    b'{"findings": [{"concept": "blastz"}], "sexx": 1}',
    BLASTS.encode(),
)


def test_each_line_gives_one_line_and_a_bad_one_its_errors(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(monkeypatch, b"\n".join(LINES) + b"\n")
    first, empty, broken, no_text, unknown, last = answers(capsys, "assess", "-", "--jsonl", status=WRONG)
    assert first == last
    assert "A1-68" in [item["id"] for item in first["claims"]["applicable"]]
    assert (empty["line"], empty["errors"][0]["message"]) == (2, "is an empty line")
    assert (broken["line"], broken["errors"][0]["where"]) == (3, "line 1, column 2")
    assert (no_text["line"], no_text["errors"][0]["message"]) == (4, "is no UTF-8 text: invalid start byte")
    assert [error["where"] for error in unknown["errors"]] == ["$.findings[0].concept", "$.sexx"]
    assert "Circulating blasts" in unknown["errors"][0]["suggestions"]


def test_a_file_of_lines_is_known_by_its_name_and_told_how_many_are_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "cases.jsonl"
    file.write_bytes(b"\r\n".join((b"\xef\xbb\xbf" + BLASTS.encode(), b"{}", b"{bad")))
    assert main(["assess", str(file), "--no-branches"]) == WRONG
    shown = capsys.readouterr()
    assert len(shown.out.splitlines()) == 3
    assert shown.err == "1 line is wrong; it is answered by its errors\n"


def test_a_line_is_answered_as_the_case_alone_would_be(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(monkeypatch, BLASTS + "\n")
    (line,) = answers(capsys, "assess", "-", "--jsonl")
    typed(monkeypatch, BLASTS)
    assert line == answer(capsys, "assess", "-")


def test_fields_are_those_of_the_whole_answer(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is not asked for is left out, the rest stays as it is; a key goes from the case to its answer."""
    typed(monkeypatch, BLASTS + "\n")
    (whole,) = answers(capsys, "assess", "-", "--jsonl")
    for name in whole:
        typed(monkeypatch, json.dumps({"id": 7, **json.loads(BLASTS)}) + "\n")
        (some,) = answers(capsys, "assess", "-", "--jsonl", "--key", "id", "--fields", name)
        assert some == {"key": "7", name: whole[name]}
    typed(monkeypatch, BLASTS + "\n")
    (some,) = answers(capsys, "assess", "-", "--jsonl", "--fields", "id,claims.applicable")
    assert some == {"id": whole["id"], "claims": {"applicable": whole["claims"]["applicable"]}}


@pytest.mark.long
def test_two_processes_give_the_same_bytes(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_bytes(b"\n".join(LINES * 12) + b"\n")
    command = [sys.executable, "-m", "kg.commands.dispatch", "assess", str(path), "--no-branches", "--jobs"]
    one, two = (subprocess.run([*command, jobs], capture_output=True, check=False) for jobs in ("1", "2"))
    assert one.returncode == two.returncode == WRONG
    assert len(one.stdout.splitlines()) == 12 * len(LINES)
    assert one.stdout == two.stdout


def test_questions_line_by_line_have_a_day_each(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [
        json.dumps({"question": CASE, "as_of": "2026-02-10"}),
        json.dumps({"question": QUESTION}),
        json.dumps({"question": CASE, "as_of": "10.2.2026"}),
        json.dumps({"question": 7}),
        json.dumps({"question": " "}),
        json.dumps({"question": CASE, "lang": "en"}),
    ]
    typed(monkeypatch, "\n".join(lines))
    case, question, *wrong = answers(capsys, "ask", "--jsonl", status=WRONG)
    assert case == answer(capsys, "ask", CASE, *AS_OF)
    assert question["covered"] is True
    places = [(line["line"], [error["where"] for error in line["errors"]]) for line in wrong]
    assert places == [(3, ["$.as_of"]), (4, ["$.question"]), (5, ["question"]), (6, ["$.lang"])]


@pytest.mark.parametrize("terminal", [True, False])
def test_progress_is_drawn_on_a_terminal_and_never_among_the_answers(
    terminal: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(monkeypatch, BLASTS + "\n")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    assert main(["assess", "-", "--jsonl", "--no-branches"]) == DONE
    shown = capsys.readouterr()
    assert len(shown.out.splitlines()) == 1
    assert ("B/s" in shown.err) is terminal


# -- how a command ends


def test_a_reader_that_goes_away_ends_the_command_in_quiet() -> None:
    command = [sys.executable, "-m", "kg.commands.dispatch", "claims", "--format", "text"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
        assert process.wait(timeout=30) == DONE


def test_a_stop_from_the_keyboard_ends_the_command_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("kg.commands.claims.Knowledge", interrupted)
    assert main(["claims"]) == STOPPED
    assert capsys.readouterr().err == ""


def test_every_command_of_the_contract_is_there() -> None:
    assert {"ask", "assess", "explain", "claims", "sparql", "schema", "check"} <= set(COMMANDS)
