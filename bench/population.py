"""Rates over the made-up hospital: whole columns, row by row, and `assess`, in one run and on one core.

python -m bench.population [PATIENTS]
"""

from __future__ import annotations

import datetime
import resource
import sys
import time

from kg.assess import assess
from kg.cohort.batch import Asked, Cohort
from kg.cohort.rows import case_of_cells
from kg.cohort.synthetic import synthetic
from kg.cohort.wide import WideTable, cells_of
from kg.knowledge import Knowledge

DAY = datetime.date(2026, 2, 10)
ROWS = 300
BATCH = 65_536


def main(patients: int) -> None:
    """Prints seconds of processor time, patients a second, and ratios to `assess`."""
    knowledge = Knowledge()
    knowledge.load()
    table = synthetic(knowledge.ontology, patients, 1)
    names = [name for name in table.column_names if name != "key"]
    cohort = Cohort(knowledge.ontology, knowledge.engine)
    wide = WideTable(cohort, lambda case: knowledge.read_case(case, DAY), names)
    start, exact = time.process_time(), 0
    for first in range(0, patients, BATCH):
        exact += int(wide.outcomes(table.slice(first, BATCH)).exact.sum())
    by_columns = patients / (time.process_time() - start)
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
    print(f"whole columns {by_columns:.0f}/s ({by_columns / alone:.1f} times assess), cold")
    print(f"row by row    {by_rows:.0f}/s ({by_rows / alone:.1f} times assess)")
    print(f"assess        {alone:.0f}/s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
