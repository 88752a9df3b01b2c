"""Mistakes that an author makes: each gives one line that names file, entry and remedy; none is taken in silence."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.authoring.compiler import compile_modules
from kg.errors import AuthoringError
from kg.ontology.manchester import And, AtLeast, Expression, Named, Not, Or, Some, Value
from small_ontology import write_small_ontology

ARTICLE: Final = "articles/nails.yaml"
TERMS: Final = "terms/nails.yaml"
NUMBERS: Final = "thresholds.yaml"
SITUATION: Final = "  situation: hasFinding some GlowingNail\n  concludes: {recommends"


class Mistake(NamedTuple):
    """Words of a file, what an author wrote in their place, and what the line says: where, what, how to mend it."""

    file: str
    right: str
    wrong: str
    where: str
    message: str
    remedy: str


def situation(wrong: str, message: str, remedy: str) -> Mistake:
    """A mistake in the condition of claim N1-02."""
    text = SITUATION.replace("hasFinding some GlowingNail", wrong)
    return Mistake(ARTICLE, SITUATION, text, "nails.yaml: N1-02: situation", message, remedy)


MISTAKES: Final = (
    # -- the notation: everything either reasons or is refused
    situation("hasFinding some PersonWithNails", "never leads to a context", "is no fact of a patient"),
    situation("hasFinding some Polish", "never leads to a drug", "Properties of a drug: "),
    situation("hasFinding some Clippings", "never leads to a specimen", "is no fact of a patient"),
    situation("hasFinding min 2 BlueNail", "'min' does not count", "2 of (A, B, ...)"),
    situation("hasCurrentMeasurement min 2 LumenAbove50", "'min' does not count", "hasMeasurement min"),
    situation("hasFinding value BlueNail", "not to a term", "hasFinding some BlueNail"),
    situation("hasAbsent some BlueNail", "speaks of a term itself", "hasAbsent value TERM"),
    situation("hasAbsent value LumenAbove50", "does not lead to values", "hasCurrentMeasurement some LumenAbove50"),
    situation("hasAbsent value Lumen", "never leads to a analyte", "lacksRecordOf"),
    situation("BlueNail", "is a term, no class of patients", "hasFinding some BlueNail"),
    situation("LumenAbove50", "is a class of values", "hasCurrentMeasurement some LumenAbove50"),
    situation("LumenRising", "is a class of values", "hasDerivedQuantity some LumenRising"),
    situation("ChildPatient", "no class that a situation may name", "FemalePatient"),
    situation("PatientWithinArticles", "no class that a situation may name", "FemalePatient"),
    situation("BlueAndBright and hasFinding some BlueNail", "unknown class 'BlueAndBright'", "inside one another"),
    situation("hasCurrentMeasurement some LumenRising", "derived quantity", "hasDerivedQuantity some LumenRising"),
    situation("hasDerivedQuantity some LumenAbove50", "no limit of a derived", "hasCurrentMeasurement some"),
    situation("hasCurrentMeasurement some Lumen", "is a term, no class of values", "LumenAbove50"),
    situation("hasCurrentMeasurement some LumenOver50", "unknown class 'LumenOver50'", "thresholds.yaml"),
    situation("hasCurrentMeasurement some BlueNail", "is a term, no class of values", "hasFinding some BlueNail"),
    situation("hasFinding some (BlueNail and GlowingNail)", "takes one name", "join them by `and`"),
    situation("hasFinding some LumenAbove50", "does not lead to values", "hasCurrentMeasurement some LumenAbove50"),
    situation("hasClash value BlueNail", "no property that a situation may use", "hasFinding"),
    situation("claimApplies some BlueNail", "no property that a situation may use", "hasFinding"),
    situation("measuredIn some FemalePatient", "no property that a situation may use", "hasFinding"),
    situation("hasUndergone some GlowingNail", "never leads to a condition", "hasHistoryOf"),
    situation("hasDiagnosis some BlueNail", "never leads to a finding", "hasFinding"),
    situation("3 of (FemalePatient, hasFinding some BlueNail)", "asks for 3 of 2", "ontology/README.md"),
    situation("hasFinding only BlueNail", "does not parse at column 12", "ontology/README.md"),
    situation("hasFinding some BlueNail unless", "does not parse at column 32", "ontology/README.md"),
    # -- conditions of nobody
    situation("FemalePatient and MalePatient", "holds of no patient", "Mend the condition"),
    situation("hasFinding some DeepBlueNail and hasAbsent value BlueNail", "holds of no patient", "Mend"),
    situation(
        "hasCurrentMeasurement some LumenAbove50 and hasCurrentMeasurement some LumenBelow10", "of no patient", "Mend"
    ),
    situation("hasFinding some BlueNail unless hasFinding some BlueNail", "holds of no patient", "Mend"),
    # -- names that are taken
    Mistake(ARTICLE, "  id: N1\n", "  id: N2\n", "N1-01: id", "does not begin with", "Write N2-01"),
    Mistake(
        ARTICLE, "slug: nails", "slug: nail", "nails.yaml: article: slug", "not the name of the file", "Write nails"
    ),
    Mistake(ARTICLE, "id: N1-02", "id: N1-01", "nails.yaml: N1-01: id", "stands twice", "its own identifier"),
    Mistake(ARTICLE, "  BlueAndBright:", "  BlueNail:", "BlueNail: situation", "also the name of", "Choose another"),
    Mistake(
        ARTICLE,
        "  BlueAndBright:",
        "  PatientWithBlueNail: FemalePatient and hasFinding some Pregnancy\n  BlueAndBright:",
        "PatientWithBlueNail: situation",
        "compiler gives",
        "Rename",
    ),
    Mistake(
        TERMS, "abbreviations: [LMN]", "abbreviations: [Blue nail]", "terms: Lumen: exact", "already a name", "shared"
    ),
    Mistake(TERMS, "code: red_polish", "code: polish", "terms: RedPolish: code", "is also the code of", "unique"),
    Mistake(
        TERMS, "low_of: Lumen", "high_of: Lumen", "terms: LowLumen: high_of", "shows HighLumen already", "Keep one"
    ),
    Mistake(
        TERMS,
        "that looks blue.,",
        "that looks blue., parents: [DeepBlueNail],",
        "terms: BlueNail: parents",
        "below itself",
        "circle",
    ),
    Mistake(
        NUMBERS, "name: LumenBelow10", "name: LumenAbove50", "LumenAbove50: name", "also the name", "Choose another"
    ),
    Mistake(
        NUMBERS, "{name: Tint, unit: U/L}", "{name: Lumen, unit: U/L}", "Lumen: analytes", "stands twice", "Keep one"
    ),
    # -- fields that would say nothing
    Mistake(
        ARTICLE,
        SITUATION,
        "  precaution: FemalePatient\n  concludes: {recommends",
        "precaution",
        "without a situation",
        "Give",
    ),
    Mistake(
        ARTICLE,
        SITUATION,
        "  unless: [FemalePatient]\n  concludes: {recommends",
        "unless",
        "without a situation",
        "Give",
    ),
    Mistake(ARTICLE, SITUATION, "  concludes: {defines", "N1-02: concludes: defines", "of nobody", "Give the claim"),
    Mistake(
        ARTICLE, "{recommends: [LampTest]}", "{defines: [LampReport, Lumen]}", "defines", "such as 'Lumen'", "Conclude"
    ),
    Mistake(ARTICLE, "{recommends: [LampTest]}", "{recommends: []}", "recommends", "names nothing", "Name what"),
    Mistake(
        ARTICLE, "[hasHistoryOf some NailRemoval]", "[N1-09]", "exceptions", "unknown claim 'N1-09'", "some article"
    ),
    Mistake(
        ARTICLE, "[hasHistoryOf some NailRemoval]", "[hasHistoryOf some Nail]", "exceptions", "unknown class", "terms"
    ),
    Mistake(
        ARTICLE, "strength: suggests", "strength: surely", "N1-01: strength", "'surely' is no value", "public.yaml"
    ),
    Mistake(
        ARTICLE, "strength: suggests", "urgency: soonish", "N1-01: urgency", "'soonish' is no value", "public.yaml"
    ),
    Mistake(ARTICLE, "strength: suggests", "within: 2 weeks", "N1-01: within", "string should match", ""),
    Mistake(ARTICLE, "strength: suggests", "within: P2", "N1-01: within", "no ISO 8601 duration", "P2W"),
    Mistake(
        ARTICLE,
        "strength: suggests",
        "regimen: [{phase: first, substance: Varnish}]",
        "substance",
        "unknown term",
        "terms",
    ),
    Mistake(
        ARTICLE,
        "strength: suggests",
        "effects: [{measure: odds ratio, printed: 1 to 2, low: 2, high: 1, interval: none}]",
        "N1-01: effects",
        "lies over",
        "Turn them round",
    ),
    # -- markers, passages and files
    Mistake(ARTICLE, ", reference: 1}]", "}]", "marker 1: state", "names no entry of the list", "unresolved"),
    Mistake(ARTICLE, "by-list-position,", "unlisted,", "marker 1: state", "names the entry 1", "Remove"),
    Mistake(
        ARTICLE, "[{number: 1,", "[{number: 1, state: unlisted}, {number: 1,", "marker 1", "stands twice", "Keep one"
    ),
    Mistake(
        ARTICLE, "position: 1, ", "position: 1, claim: N1-07, ", "reference 1: claim", "unknown claim", "Name a claim"
    ),
    Mistake(
        ARTICLE,
        "  markers: [1]\n",
        "  markers: [1]\n  also_at: [{section: N, at: [9, 400], digest: " + "a" * 64 + "}]\n",
        "N1-01: also_at",
        "lies outside the article",
        "[start, end)",
    ),
    Mistake(
        ARTICLE,
        "  kind: differential\n",
        "  kind: differential\n  kind: timing\n",
        "nails.yaml",
        "'kind' stands twice",
        "Mend",
    ),
    Mistake(
        "core.ttl",
        ":Patient a owl:Class",
        ":Patient a owl:Class ;;; [",
        "core.ttl",
        "cannot be read",
        "Mend the Turtle",
    ),
    # -- numbers
    Mistake(
        NUMBERS,
        "of: Lumen, bound: '>'",
        "of: Lumens, bound: '>'",
        "LumenAbove50: of",
        "unknown quantity 'Lumens'",
        "analytes",
    ),
    Mistake(NUMBERS, "factor: '1000', ", "", "units: g/L", "neither factor nor divisor", "Give one"),
    Mistake(NUMBERS, "factor: '1000'", "factor: '0'", "units: g/L: factor", "does not convert", "above zero"),
    Mistake(NUMBERS, "from: '0', to: '900'", "from: '900', to: '0'", "Lumen: possible", "not below", "Turn"),
    Mistake(NUMBERS, "when: LumenAbove50, p", "when: LumenAbove60, p", "limits", "unknown threshold", "thresholds"),
    Mistake(NUMBERS, "{analyte: Lumen, w", "{analyte: Tint, w", "limits", "is a limit of Lumen", "same quantity"),
    Mistake(NUMBERS, "not_in: [Pregnancy]", "not_in: [Pregnant]", "population: not_in", "unknown term", "terms"),
    Mistake(NUMBERS, "of: [Lumen]", "of: [Light]", "LumenChange: of", "unknown quantity 'Light'", "analytes"),
    Mistake(NUMBERS, "concludes: GlowingNail", "concludes: Glowing", "concludes", "unknown term", "terms"),
    Mistake(
        "intervals.yaml",
        "[]",
        "[{name: LumenOfAdults, of: Lumen, unit: g/L, label: adults, for: {}, decides: {}, confidence: low}]",
        "LumenOfAdults: unit",
        "not the canonical unit",
        "Convert",
    ),
    Mistake(
        "intervals.yaml",
        "[]",
        "[{name: LumenOfAdults, of: Lumen, unit: mg/L, label: adults, for: {}, confidence: low,"
        " decides: {low_below: '9', high_above: '3'}}]",
        "LumenOfAdults: decides",
        "lies over",
        "Turn",
    ),
    Mistake(
        "alerts.yaml",
        "if: ChildPatient",
        "if: hasFinding some Nail",
        "alerts.yaml: child: if",
        "unknown class",
        "terms",
    ),
)


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_ontology(tmp_path_factory.mktemp("small"))


def said_of(folder: Path) -> list[str]:
    """The lines of the error that compiling raises; none where it compiles."""
    try:
        compile_modules(folder)
    except AuthoringError as error:
        return str(error).splitlines()
    return []


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda one: f"{one.where}: {one.message}")
def test_a_mistake_gives_one_line_with_file_entry_and_remedy(sources: Path, mistake: Mistake) -> None:
    path = sources / mistake.file
    text = path.read_text(encoding="utf-8")
    assert mistake.right in text
    try:
        path.write_text(text.replace(mistake.right, mistake.wrong, 1), encoding="utf-8")
        lines = [line for line in said_of(sources) if mistake.message in line and mistake.where in line]
    finally:
        path.write_text(text, encoding="utf-8")
    assert len(lines) == 1
    assert mistake.remedy in lines[0]


def test_there_are_as_many_mistakes_as_the_issue_asks_for(sources: Path) -> None:
    assert len(MISTAKES) >= 52
    assert said_of(sources) == []


def test_two_articles_of_one_slug_or_one_id_are_refused(sources: Path) -> None:
    other = sources / "articles" / "feet.yaml"
    shutil.copy(sources / ARTICLE, other)
    try:
        lines = said_of(sources)
    finally:
        other.unlink()
    assert "nails.yaml: article: id: 'N1' is also that of feet.yaml. Choose another." in lines
    assert "nails.yaml: article: slug: 'nails' is also that of feet.yaml. Choose another." in lines


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "is empty."), (b"\xff\xfe", "is no UTF-8 text"), (b"- 1", "input should be a valid dictionary")],
)
def test_a_file_that_is_no_article_is_named(sources: Path, content: bytes, message: str) -> None:
    other = sources / "articles" / "feet.yaml"
    other.write_bytes(content)
    try:
        (line,) = said_of(sources)
    finally:
        other.unlink()
    assert line.startswith("feet.yaml: ")
    assert message in line


# -- whatever is written, a line or a module

NAMES: Final = ("BlueNail", "GlowingNail", "Polish", "LumenAbove50", "LumenRising", "Lumen", "LumenHigh", "LampTest",
                "FemalePatient", "PatientWithDarkNail", "NailCare", "LampReport", "NailRemoval", "Unknown")  # fmt: skip
PROPERTIES: Final = ("hasFinding", "hasDiagnosis", "hasCurrentMeasurement", "hasPriorMeasurement", "hasMeasurement",
                     "hasDerivedQuantity", "receives", "plans", "hasIntent", "hasHistoryOf", "hasUndergone",
                     "hasResult", "awaits", "hasAbsent", "lacksRecordOf", "hasSoleRecordOf", "shows")  # fmt: skip
expressions: st.SearchStrategy[Expression] = st.recursive(
    st.one_of(
        st.sampled_from(NAMES).map(Named),
        st.builds(Value, st.sampled_from(PROPERTIES), st.sampled_from(NAMES)),
        st.builds(Some, st.sampled_from(PROPERTIES), st.sampled_from(NAMES).map(Named)),
        st.builds(AtLeast, st.sampled_from(PROPERTIES), st.integers(1, 3), st.sampled_from(NAMES).map(Named)),
    ),
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: And(tuple(parts))),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: Or(tuple(parts))),
    ),
    max_leaves=6,
)


@settings(max_examples=20, deadline=None)
@given(expression=expressions)
def test_an_expression_over_declared_names_compiles_or_is_refused(sources: Path, expression: Expression) -> None:
    path = sources / ARTICLE
    text = path.read_text(encoding="utf-8")
    try:
        path.write_text(text.replace(SITUATION, SITUATION.replace("hasFinding some GlowingNail", str(expression))))
        lines = said_of(sources)
    finally:
        path.write_text(text, encoding="utf-8")
    assert all(line.startswith("nails.yaml: N1-02: situation: ") for line in lines)
