"""Random results of one patient, and twenty ways in which people paste them."""

from __future__ import annotations

import datetime
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

DAY: Final = datetime.date(2026, 3, 12)


@dataclass(frozen=True)
class Result:
    """One value as a laboratory prints it; `code` is the test's name in the vocabulary."""

    code: str
    name: str
    loinc: str
    value: str
    unit: str
    low: str
    high: str

    @property
    def flag(self) -> str:
        """H or L by the printed range, nothing inside it."""
        return "L" if float(self.value) < float(self.low) else "H" if float(self.value) > float(self.high) else ""

    @property
    def range(self) -> str:
        return f"{self.low}-{self.high}"


@dataclass(frozen=True)
class _Test:
    code: str
    names: tuple[str, ...]
    loinc: str
    unit: str
    span: tuple[float, float, int]
    limits: tuple[str, str]


TESTS: Final = (
    _Test("hemoglobin", ("Haemoglobin", "Hb", "Hemoglobin", "HGB"), "718-7", "g/dL", (5.5, 17.9, 1), ("12.0", "15.5")),
    _Test("wbc", ("WBC", "White cell count", "Leukocytes", "WCC"), "6690-2", "10^9/L", (0.8, 24.0, 1), ("4.0", "11.0")),
    _Test("platelets", ("Platelets", "PLT", "Platelet count"), "777-3", "10^9/L", (6, 640, 0), ("150", "400")),
    _Test("anc", ("Neutrophils", "ANC", "Neutrophil count"), "751-8", "10^9/L", (0.1, 12.0, 1), ("2.0", "7.5")),
    _Test("mcv", ("MCV", "Mean corpuscular volume"), "787-2", "fL", (62, 128, 0), ("80", "100")),
    _Test("b12", ("Vitamin B12", "B12", "Serum B12"), "2132-9", "ng/L", (60, 1950, 0), ("180", "900")),
    _Test("ferritin", ("Ferritin", "Serum ferritin"), "2276-4", "ng/mL", (3, 900, 0), ("15", "150")),
    _Test("ldh", ("LDH", "Lactate dehydrogenase"), "2532-0", "U/L", (110, 1500, 0), ("135", "225")),
    _Test("creatinine", ("Creatinine", "Serum creatinine"), "2160-0", "umol/L", (38, 420, 0), ("45", "90")),
    _Test("tibc", ("TIBC", "Total iron-binding capacity"), "2500-7", "ug/dL", (180, 560, 0), ("250", "450")),
)  # fmt: skip


def results(seed: int) -> tuple[Result, ...]:
    """Three to seven results of different tests."""
    rng = random.Random(seed)
    chosen = rng.sample(TESTS, rng.randint(3, 7))
    return tuple(_result(rng, test) for test in chosen)


def _result(rng: random.Random, test: _Test) -> Result:
    low, high, digits = test.span
    value = f"{rng.uniform(low, high):.{digits}f}"
    return Result(test.code, rng.choice(test.names), test.loinc, value, test.unit, *test.limits)


def _prose(rows: Sequence[Result]) -> str:
    said = ", ".join(f"{row.name} {row.value} {row.unit}" for row in rows)
    return f"Bloods on {DAY.day} March 2026: {said}."


def _prose_with_ranges(rows: Sequence[Result]) -> str:
    said = "; ".join(f"{row.name} {row.value} {row.unit} ({row.low}-{row.high})" for row in rows)
    return f"Results from {DAY.isoformat()}. {said}."


def _lines(rows: Sequence[Result]) -> str:
    return f"Collected {DAY.isoformat()}\n" + "\n".join(f"{row.name}: {row.value} {row.unit}" for row in rows)


def _bullets(rows: Sequence[Result]) -> str:
    return f"Labs {DAY.isoformat()}:\n" + "\n".join(f"- {row.name} {row.value} {row.unit}" for row in rows)


def _range_first(rows: Sequence[Result]) -> str:
    return f"Sampled {DAY.isoformat()}\n" + "\n".join(
        f"{row.name} {row.value} [{row.range}] {row.unit}" for row in rows
    )


def _padded(rows: Sequence[Result]) -> str:
    head = f"{'Test':34}{'Result':>10}  {'Flag':5}{'Unit':10}Reference"
    body = [f"{row.name:34}{row.value:>10}  {row.flag:5}{row.unit:10}{row.range}" for row in rows]
    return "\n".join([f"Collected: {DAY:%d/%m/%Y} 09:10", "", head, *body])


def _padded_without_head(rows: Sequence[Result]) -> str:
    body = [f"  {row.name:34}{row.value:>10}   {row.unit:12}({row.low} - {row.high})" for row in rows]
    return "\n".join([f"Coll {DAY:%d %b %Y}", *body])


def _padded_range_before_value(rows: Sequence[Result]) -> str:
    body = [f"{row.name:34}{row.range:>14}{row.value:>12}   {row.unit}" for row in rows]
    return "\n".join(
        [f"Collected {DAY.isoformat()}", f"{'Parameter':34}{'Normal range':>14}{'Value':>12}   Units", *body]
    )


def _flag_before_unit(rows: Sequence[Result]) -> str:
    body = [f"{row.flag or ' ':3}{row.unit:10}{row.name:34}= {row.value:8}ref {row.range}" for row in rows]
    return "\n".join([f"taken {DAY.isoformat()}", *body])


def _value_first(rows: Sequence[Result]) -> str:
    body = [f"   {row.value:>7} {row.flag or ' '}  {row.name:34}{row.unit:10}{{{row.range}}}" for row in rows]
    return "\n".join([f"Collected {DAY:%d/%m/%Y}", *body])


def _pipes(rows: Sequence[Result]) -> str:
    body = [f"| {row.name} | {row.value} | {row.unit} | {row.range} | {row.flag} |" for row in rows]
    return "\n".join(
        [
            f"Date of collection: {DAY.isoformat()}",
            "| Test | Result | Unit | Reference | Flag |",
            "|---|---|---|---|---|",
            *body,
        ]
    )


def _tabs(rows: Sequence[Result]) -> str:
    body = ["\t".join((row.name, row.value, row.unit, row.range, row.flag, DAY.isoformat())) for row in rows]
    return "\n".join(["\t".join(("Analyte", "Value", "Units", "Ref range", "Flag", "Collected")), *body])


def _csv(rows: Sequence[Result]) -> str:
    body = [f"{row.name},{row.value},{row.unit},{row.range},{row.flag},{DAY.isoformat()}" for row in rows]
    return "\n".join(["test,value,unit,ref,flag,collected", *body])


def _quoted_csv(rows: Sequence[Result]) -> str:
    cells = [("A1", "F", "62", row.name, row.value, row.unit, row.range, DAY.isoformat()) for row in rows]
    head = ("patient_id", "sex", "age", "test", "result", "units", "reference", "collected")
    return "\n".join(",".join(f'"{cell}"' for cell in row) for row in (head, *cells))


def _german_csv(rows: Sequence[Result]) -> str:
    body = [
        ";".join((row.name, row.value.replace(".", ","), row.unit, row.range.replace(".", ","), f"{DAY:%d.%m.%Y}"))
        for row in rows
    ]
    return "\n".join(["Parameter;Ergebnis;Einheit;Referenz;Datum", *body])


def _cumulative(rows: Sequence[Result]) -> str:
    head = f"{'':34}{'12/03/2026':>12}{'02/01/2026':>12}"
    body = [f"{row.name:34}{row.value:>12}{'':>12}  {row.unit:9}({row.range})" for row in rows]
    return "\n".join([head, *body])


def _wide(rows: Sequence[Result]) -> str:
    head = "\t".join(["Date", *(f"{row.name} ({row.unit})" for row in rows)])
    return "\n".join([head, "\t".join([DAY.isoformat(), *(row.value for row in rows)])])


def _portal(rows: Sequence[Result]) -> str:
    body = [
        f"{row.name}\nYour value\n{row.value} {row.unit}\nStandard range\n{row.low} - {row.high} {row.unit}\n"
        for row in rows
    ]
    return "\n".join([f"Collected on {DAY:%d %B %Y}", "", *body])


def _dots(rows: Sequence[Result]) -> str:
    body = [f"{row.name:.<30}{row.flag:.<4}{row.range:.<20}{row.value} {row.unit}" for row in rows]
    return "\n".join([f"Specimen collected {DAY.isoformat()}", *body])


def _two_in_a_row(rows: Sequence[Result]) -> str:
    cells = [f"{row.name:28}{row.value:>8} {row.unit:8}" for row in rows]
    pairs = ["   |   ".join(cells[place : place + 2]) for place in range(0, len(cells), 2)]
    return "\n".join([f"Collected {DAY.isoformat()}", *pairs])


def _hl7(rows: Sequence[Result]) -> str:
    stamp = f"{DAY:%Y%m%d}0910"
    head = [
        f"MSH|^~\\&|LIS|LAB|EHR|WARD|{stamp}||ORU^R01|1|P|2.5",
        "PID|1||7||DOE^JANE||19640102|F",
        f"OBR|1|||CBC^Panel^L|||{stamp}",
    ]
    body = [
        f"OBX|{number}|NM|{row.loinc}^{row.name}^LN||{row.value}|{row.unit}|{row.range}|{row.flag}|||F|||{stamp}"
        for number, row in enumerate(rows, 1)
    ]
    return "\n".join([*head, *body])


LAYOUTS: Final[Mapping[str, Callable[[Sequence[Result]], str]]] = {
    "prose": _prose, "prose with ranges": _prose_with_ranges, "lines": _lines, "bullets": _bullets,
    "range before unit": _range_first, "padded": _padded, "padded without head": _padded_without_head,
    "padded, range before value": _padded_range_before_value, "flag and unit before name": _flag_before_unit,
    "value before name": _value_first, "pipes": _pipes, "tabs": _tabs, "csv": _csv, "quoted csv": _quoted_csv,
    "german csv": _german_csv, "cumulative": _cumulative, "wide": _wide, "portal": _portal, "dots": _dots,
    "two in a row": _two_in_a_row, "hl7": _hl7,
}  # fmt: skip
