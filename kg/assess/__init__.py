"""The assessment of one patient: docs/contract.md, "An assessment"."""

from kg.assess.assessment import NOTICE, Assessment, Branch, Reasoner, assess, identifier, project
from kg.assess.items import Action, Basis, Conflict, Course, Differential, ExceptionTo, Item, Prerequisite, State

__all__ = [
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
    "project",
]
