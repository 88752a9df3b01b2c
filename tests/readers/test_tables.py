"""Tables of laboratory results: columns by their names, by CDISC LB, by a site's mapping file; no cell is lost."""

from __future__ import annotations

import datetime
import io
from decimal import Decimal

import pytest

from kg.errors import CaseError, InputError
from kg.facts.origins import TableCell
from kg.facts.patient import Reason, Status
from kg.readers.protocol import Context, ReadResult
from kg.readers.registry import READERS
from kg.readers.tables.layouts import TableLayout, mapping_file
from kg.vocabulary.names import Names

DAY = datetime.date(2026, 2, 10)
PLAIN = """patient,sex,age,test,loinc,result,unit,low,high,flag,collected
p1,F,62,Hb,718-7,9.8,g/dL,12,15.5,L,2026-02-01 08:30
p1,F,62,MCV,,>130,fL,80,100,HIGH,2026-02-01
p1,F,62,HIV test,,negative,,,,,2026-02-01
p1,F,62,Kryptonite,99999-9,5,mg/L,,,,2026-02-01
p1,F,62,ferritin,,hemolysed,ug/L,,,,2026-02-01
"""
LB = """STUDYID,DOMAIN,USUBJID,LBSEQ,LBTESTCD,LBTEST,LBORRES,LBORRESU,LBORNRLO,LBORNRHI,LBNRIND,LBSPEC,LBSTAT,LBDTC
S,LB,S-1,1,HGB,Hemoglobin,9.8,g/dL,12,15.5,LOW,BLOOD,,2026-01-20T08:00
S,LB,S-1,2,MCV,Ery. Mean Corpuscular Volume,104,fL,80,100,HIGH,BLOOD,,2026-01-20
S,LB,S-1,3,WBC,Leukocytes,2.1,GI/L,4,10,LOW,BLOOD,,2026-01
S,LB,S-1,4,VITB12,Vitamin B12,,,,,,SERUM,NOT DONE,2026-01-20
S,LB,S-1,5,CREAT,Creatinine,88,umol/L,62,106,NORMAL,URINE,,2026-01-20
"""
SITE = """columns: {test: Analyse, value: Wert, unit: Einheit, date: Datum}
names: {LEUK: wbc}
dates: "%d.%m.%Y"
decimal: ","
"""


def read(names: Names, text: str, layout: TableLayout | None = None, patient: str = "") -> ReadResult:
    context = Context(names, DAY, patient=patient, columns=layout)
    return READERS.read_file("results.csv", text.encode(), context)


def values(result: ReadResult) -> list[tuple[str, Decimal, str]]:
    return [(item.quantity, item.given, item.given_unit) for item in result.facts.measurements]


def test_columns_are_known_by_their_usual_names(names: Names) -> None:
    found = read(names, PLAIN)
    assert (found.facts.sex, found.facts.age, found.facts.as_of) == ("female", 62, DAY)
    assert [item.concept for item in found.facts.facts] == ["HIVTest"]
    assert found.facts.facts[0].status is Status.ABSENT
    hemoglobin, volume = found.facts.measurements
    assert (hemoglobin.quantity, hemoglobin.flag, hemoglobin.date) == ("Hemoglobin", "L", datetime.date(2026, 2, 1))
    assert hemoglobin.time == datetime.time(8, 30)
    assert (volume.comparator, volume.origin) == (">", TableCell(3, ""))
    assert hemoglobin.range is not None
    assert [(item.text, item.reason, item.origin) for item in found.unread] == [
        ("Kryptonite", Reason.OUTSIDE_ARTICLES, TableCell(5, "")),
        ("ferritin hemolysed", Reason.NOT_A_NUMBER, TableCell(6, "")),
    ]


def test_the_laboratory_domain_of_cdisc_is_read_with_what_was_not_done(names: Names) -> None:
    found = read(names, LB)
    assert {item.quantity for item in found.facts.measurements} == {
        "Hemoglobin", "MeanCorpuscularVolume", "WhiteCellCount",
    }  # fmt: skip
    assert [(item.reason, item.origin) for item in found.unread] == [
        (Reason.UNSUPPORTED, TableCell(5, "")),
        (Reason.OTHER_SPECIMEN, TableCell(6, "")),
    ]


@pytest.mark.parametrize("text", [PLAIN, LB, PLAIN.replace("flag", "remark")])
def test_every_cell_is_used_or_reported_or_states_nothing(names: Names, text: str) -> None:
    found = read(names, text)
    header, *rows = text.strip().split("\n")
    cells = [TableCell(number, name) for number in range(1, len(rows) + 2) for name in header.split(",")]
    assert len(cells) >= 60
    assert [cell for cell in cells if not found.coverage.of(cell)] == []


def test_a_column_that_nobody_reads_is_reported_once(names: Names) -> None:
    found = read(names, PLAIN.replace("flag", "remark"))
    assert [item.text for item in found.unread if item.origin == TableCell(0, "remark")] == ["remark"]


def test_a_mapping_file_says_what_the_columns_of_a_site_hold(names: Names) -> None:
    text = "Analyse;Wert;Einheit;Datum\nLEUK;2,1;G/L;01.02.2026\n"
    (value,) = read(names, text, mapping_file("site.yaml", SITE)).facts.measurements
    assert (value.quantity, value.given, value.date) == ("WhiteCellCount", Decimal("2.1"), datetime.date(2026, 2, 1))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1", "has no `columns`"),
        ("columns: {value: V}", "lack a value or what was tested"),
        ("columns: {test: T, value: V, colour: C}", "is no role of a column"),
        ("columns: {test: T, value: V}\nencoding: latin-1", "is not known"),
    ],
)
def test_a_mapping_file_that_is_wrong_is_refused(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        mapping_file("site.yaml", text)


def test_rows_of_several_patients_need_a_choice(names: Names) -> None:
    text = PLAIN + "p2,M,50,Hb,718-7,14.1,g/dL,13,17,N,2026-02-01\n"
    with pytest.raises(CaseError, match="rows of 2 patients: p1, p2"):
        read(names, text)
    with pytest.raises(CaseError, match="no row is of p3"):
        read(names, text, patient="p3")
    found = read(names, text, patient="p2")
    assert (found.facts.sex, values(found)) == ("male", [("Hemoglobin", Decimal("14.1"), "g/dL")])
    assert found.coverage.of(TableCell(2, "result")) == "silent"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("colour,weight\nred,3\n", "no columns that are known as test and value"),
        ("test,value,unit\nHb,9.8,g/dL,more\n", "more cells than the header"),
    ],
)
def test_a_table_without_the_columns_is_an_error_that_says_so(names: Names, text: str, message: str) -> None:
    with pytest.raises(CaseError, match=message):
        read(names, text)


def test_parquet_is_read_as_the_same_table(names: Names) -> None:
    arrow = pytest.importorskip("pyarrow", reason="pyarrow is not at hand")
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not at hand")
    stream = io.BytesIO()
    parquet.write_table(arrow.table({"test": ["Hb"], "value": [9.8], "unit": ["g/dL"]}), stream)
    found = READERS.read_file("results.parquet", stream.getvalue(), Context(names, DAY))
    assert values(found) == [("Hemoglobin", Decimal("9.8"), "g/dL")]
