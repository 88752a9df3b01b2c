"""Prints as JSON how sssom-py reads and validates a table of mappings; run by its own environment."""

import json
import sys
from collections import Counter

from sssom.parsers import parse_sssom_table
from sssom.validators import validate

found = parse_sssom_table(sys.argv[1])
reports = validate(found, fail_on_error=False)
faults = [fault.message for report in reports.values() for fault in report.results]
systems = Counter(str(name).partition(":")[0] for name in found.df["object_id"])
print(json.dumps({"rows": len(found.df), "checks": len(reports), "faults": faults, "systems": systems}))
