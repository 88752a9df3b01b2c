"""The assessment of one patient: docs/contract.md, "An assessment"."""

from kg.assess.assessment import (
    FICTIONAL,
    NOTICE,
    Assessment,
    Branch,
    Reasoner,
    assess,
    identifier,
    notice_for,
    project,
)
from kg.assess.items import Action, Basis, Conflict, Course, Differential, ExceptionTo, Item, Prerequisite, State

__all__ = [
    "FICTIONAL",
    "NOTICE",
    "Action",
    "Assessment",
    "Basis",
    "Branch",
    "Conflict",
    "Course",
    "Differential",
    "ExceptionTo",
    "Item",
    "Prerequisite",
    "Reasoner",
    "State",
    "assess",
    "identifier",
    "notice_for",
    "project",
]
