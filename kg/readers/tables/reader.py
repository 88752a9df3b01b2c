"""Rows of laboratory results as facts of one patient; a row without a use is reported, with its number."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any, Final

from kg.errors import CaseError, Problem
from kg.facts.origins import TableCell
from kg.facts.patient import Reason
from kg.readers.builder import FactBuilder
from kg.readers.case.reader import OLDEST
from kg.readers.fhir.conventions import conventions
from kg.readers.fhir.elements import moment, visible, years_between
from kg.readers.protocol import Context, ReadResult
from kg.readers.records import RecordIntake, RecordTerm, written_value
from kg.readers.tables.layouts import RecordTables, TableLayout, record_tables
from kg.vocabulary.names import fold

FIRST: Final = 2
"""The first row under the header, as a spreadsheet counts."""
PENDING: Final = "pending"


def read_table(header: Sequence[str], rows: Sequence[Mapping[str, str]], context: Context) -> ReadResult:
    """The facts of the rows of one patient.

    Raises CaseError where the columns are not known, or where the rows are of several patients and none was chosen.
    """
    tables = record_tables(context.names.ontology)
    layout = context.columns or tables.layout(header)
    if missing := [column for column in layout.columns.values() if column not in header]:
        remedy = f"It has: {', '.join(header)[:200]}."
        raise CaseError([Problem("row 1", f"has no column {', '.join(missing)}", remedy)])
    return _Table(layout, tables, rows, context).read(header)


class _Table:
    """One table being read."""

    def __init__(
        self, layout: TableLayout, tables: RecordTables, rows: Sequence[Mapping[str, str]], context: Context
    ) -> None:
        self.layout, self.tables, self.context = layout, tables, context
        self.answers = conventions(context.names.ontology).answers
        self.intake = RecordIntake(FactBuilder(context.names, context.as_of or context.today, lenient=True))
        self.rows = dict(enumerate(rows, FIRST))
        self.mine = self._rows()

    def read(self, header: Sequence[str]) -> ReadResult:
        for number, row in self.mine.items():
            self._row(TableCell(number, ""), row)
        others = [TableCell(number, "") for number in self.rows if number not in self.mine]
        known = set(self.layout.columns.values())
        rest = [TableCell(0, name) for name in header if name not in known]
        if not self.layout.standard:
            for place in rest:
                self.intake.reject(place, place.column, Reason.UNSUPPORTED, f"the column {place.column} is not read")
        silent = [TableCell(1, ""), *others, *(rest if self.layout.standard else ())]
        return self.intake.result(self._sex(), self._age(), silent=silent)

    def _rows(self) -> dict[int, Mapping[str, str]]:
        """The rows of the patient who was chosen, or of the only one."""
        found = list(dict.fromkeys(filter(None, (self._cell(row, "patient") for row in self.rows.values()))))
        if self.context.patient:
            chosen = {n: row for n, row in self.rows.items() if self._cell(row, "patient") == self.context.patient}
            if not chosen:
                remedy = f"There are {len(found)}: {', '.join(found[:5])}."
                raise CaseError([Problem("--patient", f"no row is of {self.context.patient}", remedy)])
            return chosen
        if len(found) > 1:
            said = f"has rows of {len(found)} patients: {', '.join(found[:5])}"
            raise CaseError([Problem("row 1", said, "Choose one by --patient; `warrant cohort` reads many.")])
        return self.rows

    def _cell(self, row: Mapping[str, str], role: str) -> str:
        column = self.layout.columns.get(role, "")
        return visible(row.get(column) or "") if column else ""

    def _row(self, place: TableCell, row: Mapping[str, str]) -> None:
        term, said = self._term(row), self._cell(row, "value")
        status = fold(self._cell(row, "status"))
        if status in self.tables.retracted:
            self.intake.reject(place, term.shown, Reason.ENTERED_IN_ERROR, "was entered in error or replaced")
        elif not said and self.answers.get(status) == PENDING:
            self.intake.answer(place, term, self.answers, status, self._date(row).partition("T")[0])
        elif status in self.tables.not_done or not said:
            self.intake.reject(place, term.shown, Reason.UNSUPPORTED, "has no value")
        elif value := written_value(self._decimal(said)):
            self.intake.value(place, term, value | self._around(row, value))
        else:
            self.intake.answer(place, term, self.answers, said, self._date(row).partition("T")[0])

    def _around(self, row: Mapping[str, str], value: Mapping[str, Any]) -> dict[str, Any]:
        """What stands beside a value. Only what a cell says replaces what the value's own cell said."""
        found: dict[str, Any] = {role: self._cell(row, role) for role in ("comparator", "unit", "specimen")}
        flag = self._cell(row, "flag")
        found["flag"] = self.tables.flags.get(fold(flag), flag)
        found["date"] = self._date(row)
        sides = {side: self._side(row, side) for side in ("low", "high")}
        found["reference_range"] = {side: limit for side, limit in sides.items() if limit is not None}
        return {name: part for name, part in found.items() if part}

    def _side(self, row: Mapping[str, str], side: str) -> Any:
        """A limit; one that is no number is given as it is, for the builder to report."""
        said = self._decimal(self._cell(row, side))
        written = written_value(said)
        return written["value"] if written else said or None

    def _term(self, row: Mapping[str, str]) -> RecordTerm:
        code = self._cell(row, "code")
        words = [self._cell(row, role) for role in ("name", "test")]
        codes = (code if ":" in code else f"{self.layout.codes}:{code}",) if code else ()
        # a site's own names go before the codes that came with them
        local, general = (
            [table[fold(word)] for word in words if fold(word) in table]
            for table in (self.layout.names, self.tables.names)
        )
        return RecordTerm((*local, *codes), tuple(filter(None, (*words, *general))))

    def _decimal(self, text: str) -> str:
        return text.replace(self.layout.decimal, ".") if self.layout.decimal != "." else text

    def _date(self, row: Mapping[str, str]) -> str:
        said = self._cell(row, "date")
        if said and self.layout.dates:
            try:
                return datetime.datetime.strptime(said, self.layout.dates).date().isoformat()
            except ValueError:
                return said
        return moment(said.replace(" ", "T", 1)) or said

    # -- the person

    def _said(self, role: str) -> str:
        return next(filter(None, (self._cell(row, role) for row in self.mine.values())), "")

    def _sex(self) -> str:
        said = self._said("sex")
        sex = self.tables.sexes.get(fold(said), "")
        if said and not sex:
            place = TableCell(0, self.layout.columns["sex"])
            self.intake.reject(
                place, said, Reason.UNSUPPORTED, "neither female nor male: what differs by sex stays open"
            )
        return sex

    def _age(self) -> int | None:
        said = self._said("age")
        if not said:
            return years_between(self._said("birth_date"), self.intake.as_of)
        if (value := written_value(self._decimal(said))) and value["value"] <= OLDEST and "comparator" not in value:
            return int(value["value"])
        self.intake.reject(TableCell(0, self.layout.columns["age"]), said, Reason.UNSUPPORTED, "is not an age")
        return None
