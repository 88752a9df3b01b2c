"""Rates over the made-up hospital: whole columns, row by row, and `assess`, in one run and on one core.

python -m bench.population [PATIENTS]
"""

from __future__ import annotations

import datetime
import resource
import sys
import time

import pyarrow as pa

from kg.assess import assess
from kg.cohort.batch import Asked, Cohort
from kg.cohort.cells import cells_of
from kg.cohort.rows import case_of_cells
from kg.cohort.synthetic import synthetic
from kg.cohort.wide import WideTable
from kg.knowledge import Knowledge

DAY = datetime.date(2026, 2, 10)
ROWS = 300
BATCH = 131_072


def main(patients: int) -> None:
    """Prints seconds of processor time, patients a second, and ratios to `assess`."""
    knowledge = Knowledge()
    knowledge.load()
    table = synthetic(knowledge.ontology, patients, 1)
    names = [name for name in table.column_names if name != "key"]
    cohort = Cohort(knowledge.ontology, knowledge.engine)
    wide = WideTable(cohort, lambda case: knowledge.read_case(case, DAY), names)
    cold, exact = whole_columns(wide, table)
    warm, _ = whole_columns(wide, table)
    facts = [knowledge.read_case(case_of_cells(cells_of(table, names, row)), DAY) for row in range(ROWS)]
    start = time.process_time()
    list(cohort.answers(facts, Asked(lists=False)))
    by_rows = ROWS / (time.process_time() - start)
    start = time.process_time()
    for one in facts:
        assess(knowledge.ontology, knowledge.engine, one)
    alone = ROWS / (time.process_time() - start)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{patients} patients, {exact} of them the exact way, {memory} MB")
    for name, rate in (("cold", cold), ("warm", warm)):
        print(f"whole columns {rate:.0f}/s ({rate / alone:.1f} times assess), {name}")
    print(f"row by row    {by_rows:.0f}/s ({by_rows / alone:.1f} times assess)")
    print(f"assess        {alone:.0f}/s")


def whole_columns(wide: WideTable, table: pa.Table) -> tuple[float, int]:
    """Patients a second of processor time, and how many went the exact way."""
    start, exact = time.process_time(), 0
    for first in range(0, table.num_rows, BATCH):
        exact += int(wide.outcomes(table.slice(first, BATCH)).exact.sum())
    return table.num_rows / (time.process_time() - start), exact


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
