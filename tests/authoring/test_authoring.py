"""An author's mistakes are named with file, entry, field and remedy; sources compile to the same bytes."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.authoring.compiler import compile_modules, write
from kg.errors import AuthoringError, Problem
from kg.ontology.compiled import DEFAULT_FOLDER, Ontology
from kg.ontology.grammar import parsed
from kg.ontology.manchester import (
    And,
    AtLeast,
    Expression,
    Named,
    Not,
    Or,
    Some,
    SyntaxProblem,
    Value,
    atoms,
    flatten,
    parse,
)
from sources import claim_count, claims_by_article

A1 = "pancytopenia-low-iron-high-b12.yaml"
A1_FILE = f"articles/{A1}"
CLAIM = "- id: A1-08\n"
SITUATION = "situation: PancytopeniaWithParadoxicalIronAndRaisedB12"


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A copy of the ontology's sources, without anything generated."""
    for name in ("terms", "articles"):
        shutil.copytree(DEFAULT_FOLDER / name, tmp_path / name)
    for name in ("core.ttl", "sources.yaml", "thresholds.yaml", "intervals.yaml", "alerts.yaml", "public.yaml"):
        shutil.copy(DEFAULT_FOLDER / name, tmp_path / name)
    return tmp_path


Mistake = Callable[[str, str, str], list[Problem]]


@pytest.fixture
def problems(sources: Path) -> Mistake:
    """What is said when some words of a file are replaced; in an article, those of claim A1-08."""

    def after(file: str, old: str, new: str) -> list[Problem]:
        path = sources / file
        text = path.read_text(encoding="utf-8")
        head, claim = text.split(CLAIM) if CLAIM in text else ("", text)
        assert old in claim
        joint = CLAIM if head else ""
        path.write_text(head + (joint + claim).replace(old, new, 1), encoding="utf-8")
        with pytest.raises(AuthoringError) as caught:
            compile_modules(sources)
        return list(caught.value.problems)

    return after


# -- one mistake, one message


@pytest.mark.parametrize(
    ("old", "new", "field", "message", "remedy", "suggestion"),
    [
        ("[PrimaryBoneMarrowDisorder]", "[PrimaryBoneMarowDisorder]", "concludes: suggests",
         "unknown term 'PrimaryBoneMarowDisorder'", "ontology/terms/", "PrimaryBoneMarrowDisorder"),
        ("examples: [Myelo", "examples: [Mielo", "examples",
         "unknown term 'MielodysplasticSyndrome'", "ontology/terms/", "MyelodysplasticSyndrome"),
        ("at: [722, 958]", "at: [722, 99999]", "at",
         "[722, 99999] lies outside the article", "[start, end) in code points", ""),
        ("at: [722, 958]", "at: [958, 722]", "at",
         "[958, 722] lies outside the article", "[start, end) in code points", ""),
        ("  at: [722, 958]\n", "", "at", "field required", "", ""),
        (SITUATION, "situation: hasFinding some (Anemia and", "situation",
         "does not parse at column 28", "ontology/README.md", ""),
        (SITUATION, "situation: hasFinding some Anaemia", "situation",
         "unknown class 'Anaemia'", "ontology/terms/", "Anemia"),
        (SITUATION, "situation: hasFindings some Anemia", "situation",
         "unknown property 'hasFindings'", "", "hasFinding"),
        ("  examples:", "  markers: [9]\n  examples:", "markers",
         "the article does not print the marker 9", "article.markers", ""),
        ("suggests: [", "sugests: [", "concludes",
         "unknown predicate 'sugests'", "`concludes` of core.ttl", "suggests"),
        ("kind: differential", "kind: diferential", "kind", "unknown kind 'diferential'", "", "differential"),
        ("  examples:", "  exampels:", "exampels", "extra inputs are not permitted", "Remove the field", ""),
        ("modality: most-likely", "modality: surely", "modality", "input should be", "", ""),
    ],
)  # fmt: skip
def test_a_mistake_in_a_claim_is_named_with_file_claim_field_and_remedy(
    problems: Mistake, old: str, new: str, field: str, message: str, remedy: str, suggestion: str
) -> None:
    (problem,) = problems(A1_FILE, old, new)
    where = problem.where.split(": ")
    assert where[0] == A1
    assert "A1-08" in where
    assert problem.where.endswith(field)
    assert problem.message.startswith(message)
    assert remedy in problem.remedy
    assert suggestion in (problem.suggestions or ("",))


def test_a_claim_that_stands_twice_is_named(problems: Mistake) -> None:
    (problem,) = problems(A1_FILE, "- id: A1-09\n", "- id: A1-08\n")
    assert problem.where == f"{A1}: A1-08: id"
    assert problem.message == "stands twice."


def test_a_threshold_without_a_known_source_is_named(problems: Mistake) -> None:
    (problem,) = problems("thresholds.yaml", "  source: A0-43", "  source: A0-430")
    assert problem.where == "thresholds.yaml: HemoglobinAtMost10: source"
    assert problem.message == "unknown source 'A0-430'."
    assert "A0-43" in problem.suggestions
    assert "sources.yaml" in problem.remedy


def test_a_threshold_in_a_unit_that_does_not_convert_is_named(problems: Mistake) -> None:
    (problem,) = problems("thresholds.yaml", "value: '10'\n  unit: g/dL", "value: '10'\n  unit: mg/dL")
    assert problem.where == "thresholds.yaml: HemoglobinAtMost10: unit"
    assert problem.message == "'mg/dL' does not convert for Hemoglobin."


def test_a_term_below_an_unknown_one_is_named(problems: Mistake) -> None:
    (problem,) = problems("terms/conditions.yaml", "parents: [SolidTumor]", "parents: [SolidTumour]")
    assert problem.where == "terms: BreastCancer: parents"
    assert problem.suggestions[0] == "SolidTumor"


def test_broken_syntax_is_named_with_its_line(problems: Mistake) -> None:
    (problem,) = problems(A1_FILE, "  kind: differential", "  kind: [differential")
    assert problem.where == A1
    assert problem.message.startswith("is not YAML")
    assert re.search(r"line \d+, column \d+", problem.message)
    assert problem.remedy == "Mend the syntax first."


def test_the_mistakes_of_all_files_are_reported_at_once(sources: Path) -> None:
    for file in sorted((sources / "articles").glob("*.yaml")):
        file.write_text(file.read_text(encoding="utf-8").replace("  modality: ", "  modalty: ", 1), encoding="utf-8")
    with pytest.raises(AuthoringError) as caught:
        compile_modules(sources)
    wrong = {problem.where.split(": ")[0] for problem in caught.value.problems}
    assert wrong == {path.name for path in (sources / "articles").glob("*.yaml")}
    assert len(wrong) == len(claims_by_article())


# -- a new article

NEW_ARTICLE = """
article:
  id: X9
  slug: a-new-article
  title: A made-up article
  file: x9.txt
  digest: "{digest}"
  length: 100
  publisher: Nobody
  last_updated: '2026-02-01'
  review: {{stages: [draft], active_stage: draft, human_review: pending}}
  intended_use: A test.
  status: draft
  references: []
  markers: [{{number: 1, state: unlisted}}]
situations:
  AnaemicWithLowB12: hasFinding some Anemia and hasFinding some LowVitaminB12
claims:
- id: X9-01
  kind: differential
  sentence: A made-up suggestion.
  section: Body
  at: [0, 10]
  digest: "{digest}"
  markers: [1]
  modality: suggests
  situation: AnaemicWithLowB12
  concludes: {{suggests: [VitaminB12Deficiency]}}
  strength: suggests
- id: X9-02
  kind: next-step test
  sentence: A made-up request.
  section: Body
  at: [10, 20]
  digest: "{digest}"
  modality: should
  situation: hasFinding some Anemia
  concludes: {{recommends: [Folate]}}
- id: X9-03
  kind: governance
  sentence: A made-up date.
  section: Foot
  at: [90, 100]
  digest: "{digest}"
  modality: asserts
  states: last_updated(2026-02-01)
"""


def test_a_new_article_of_three_claims_compiles_and_is_loaded(sources: Path) -> None:
    digest = hashlib.sha256(b"made up").hexdigest()
    (sources / "articles" / "a-new-article.yaml").write_text(NEW_ARTICLE.format(digest=digest), encoding="utf-8")

    changed = write(sources)
    ontology = Ontology(sources)

    assert "modules/a-new-article.ttl" in changed
    assert write(sources) == []
    assert len(ontology.claims) == claim_count() + 3
    new = [claim for claim in ontology.claims.values() if claim.article == "X9"]
    assert [(claim.id, claim.executable) for claim in new] == [("X9-01", True), ("X9-02", True), ("X9-03", False)]
    assert new[0].conclusions == (("suggests", "VitaminB12Deficiency"),)
    assert [(marker.number, marker.state) for marker in new[0].markers] == [(1, "unlisted")]
    assert [reading.reason for reading in new[0].readings] == ["reading", "grey_zone"]
    assert ontology.articles["X9"].human_review == "pending"
    assert ontology.articles["X9"].status == "draft"
    released = [claim for claim in ontology.claims.values() if ontology.articles[claim.article].status != "draft"]
    assert all(len({*claim.asks}) >= 10 and claim.index_terms for claim in released)
    assert released


def test_a_released_article_says_of_every_claim_which_questions_it_answers(sources: Path) -> None:
    digest = hashlib.sha256(b"made up").hexdigest()
    text = NEW_ARTICLE.format(digest=digest).replace("  status: draft\n", "")
    (sources / "articles" / "a-new-article.yaml").write_text(text, encoding="utf-8")

    with pytest.raises(AuthoringError) as error:
        compile_modules(sources)

    names = ("X9-01", "X9-02", "X9-03")
    assert [problem.where.partition(": ")[2] for problem in error.value.problems] == [
        f"{name}: {field}" for name in names for field in ("asks", "terms")
    ]
    assert "holds 0 different questions" in error.value.problems[0].message
    assert "status: draft" in error.value.problems[0].remedy


# -- the same bytes

SHOW_DIGEST = """
import hashlib, pathlib, sys
from kg.authoring.compiler import compile_modules
files = compile_modules(pathlib.Path(sys.argv[1]))
print(hashlib.sha256(repr(sorted(files.items())).encode()).hexdigest(), len(files))
"""


def compiled_digest(seed: str) -> str:
    command = [sys.executable, "-c", SHOW_DIGEST, str(DEFAULT_FOLDER)]
    environment = os.environ | {"PYTHONHASHSEED": seed}
    result = subprocess.run(
        command, env=environment, cwd=DEFAULT_FOLDER.parent, capture_output=True, text=True, check=True
    )
    return result.stdout.strip()


@pytest.mark.long
def test_two_processes_with_different_hash_seeds_compile_the_same_bytes() -> None:
    one, other = compiled_digest("1"), compiled_digest("2026")
    assert one == other
    assert int(one.split()[1]) > 8


def test_the_committed_modules_are_what_the_sources_compile_to() -> None:
    files = compile_modules(DEFAULT_FOLDER)
    stale = [path for path, text in files.items() if (DEFAULT_FOLDER / path).read_text(encoding="utf-8") != text]
    assert stale == []
    assert len(files) == 9 + len(claims_by_article())


# -- the syntax of situations


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("Anemia", Named("Anemia")),
        ("hasFinding some Anemia", Some("hasFinding", Named("Anemia"))),
        ("hasAbsent value Anemia", Value("hasAbsent", "Anemia")),
        ("hasMeasurement min 2 B12High", AtLeast("hasMeasurement", 2, Named("B12High"))),
        ("A and B and C", And((Named("A"), Named("B"), Named("C")))),
        ("A or B and C", Or((Named("A"), And((Named("B"), Named("C")))))),
        ("(A or B) and C", And((Or((Named("A"), Named("B"))), Named("C")))),
        ("p some A and B", And((Some("p", Named("A")), Named("B")))),
        ("p some (A and B)", Some("p", And((Named("A"), Named("B"))))),
        ("p some q some A", Some("p", Some("q", Named("A")))),
        ("  A\n and\tB ", And((Named("A"), Named("B")))),
        ("((A))", Named("A")),
        ("not p some A", Not(Some("p", Named("A")))),
        ("A unless B or C", And((Named("A"), Not(Or((Named("B"), Named("C"))))))),
        ("1 of (A, B)", Or((Named("A"), Named("B")))),
        ("2 of (A, B)", And((Named("A"), Named("B")))),
        ("order and value1", And((Named("order"), Named("value1")))),
    ],
)
def test_a_situation_reads_as_in_manchester_syntax(text: str, expression: Expression) -> None:
    assert parse(text) == expression


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("", 1),
        ("A and", 6),
        ("A B", 3),
        ("hasFinding some", 16),
        ("hasFinding some (A and B", 25),
        ("p min 0 A", 7),
        ("p value some", 9),
        ("not", 4),
        ("3 of (A, B)", 1),
        ("A unless B unless C", 12),
        ("A)", 2),
        ("p only A", 3),
        ("A and\n  B C", 11),
    ],
)
def test_a_situation_that_does_not_parse_is_reported_with_its_column(text: str, column: int) -> None:
    with pytest.raises(SyntaxProblem, match=f"does not parse at column {column} ") as caught:
        parse(text)
    assert caught.value.column == column


names = st.from_regex(r"\A[A-Z][A-Za-z0-9]{0,6}\Z")
properties = st.from_regex(r"\Ahas[A-Z][a-z]{0,4}\Z")
expressions: st.SearchStrategy[Expression] = st.recursive(
    st.one_of(names.map(Named), st.builds(Value, properties, names)),
    lambda inner: st.one_of(
        inner.map(Not),
        st.builds(Some, properties, inner),
        st.builds(AtLeast, properties, st.integers(1, 9), inner),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: And(tuple(parts))),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: Or(tuple(parts))),
    ),
    max_leaves=12,
)


@given(expressions)
def test_an_expression_written_and_read_again_means_the_same(expression: Expression) -> None:
    assert flatten(parse(str(expression))) == flatten(expression)


@given(expressions)
def test_a_flat_expression_is_written_and_read_again_unchanged(expression: Expression) -> None:
    flat = flatten(expression)
    assert parse(str(flat)) == flat
    assert flatten(flat) == flat


@pytest.mark.parametrize(
    ("text", "flat"),
    [
        ("A and (B and C)", "A and B and C"),
        ("(A or B) or (B or C)", "A or B or C"),
        ("A and A", "A"),
        ("p some (A and (B and A))", "p some (A and B)"),
        ("A and (B or (B or B))", "A and B"),
        ("not (A and not B)", "not A or B"),
        ("A unless (B or C)", "A and not B and not C"),
        ("2 of (A, B, C)", "(A and B) or (A and C) or (B and C)"),
    ],
)
def test_flattening_lifts_what_is_nested_and_drops_repetitions(text: str, flat: str) -> None:
    assert str(flatten(parse(text))) == flat


def test_the_leaves_of_an_expression_stand_in_order_each_once() -> None:
    found = atoms(parse("p some A and (q value B or p some A) and C"))
    assert found == (Some("p", Named("A")), Value("q", "B"), Named("C"))


def test_conditions_of_one_part_are_read_without_the_grammar_as_with_it(ontology: Ontology) -> None:
    readings = [parse(reading.formal) for claim in ontology.claims.values() for reading in claim.readings]
    texts = {str(atom) for reading in readings for atom in atoms(reading)}
    assert len(texts) > 100
    assert all(parse(text) == parsed(text) for text in texts)
