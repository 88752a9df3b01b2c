"""Invented patients to judge the reasoners by: one for each end of each claim, and random ones.

    case      entries of a case, and a case as facts
    values    numbers worth trying: on and around every limit, in every unit
    at_random patients drawn from the whole vocabulary
    ways      what would make a condition hold or fail
    build     a case that does so
    targeted  the three patients of each claim

Everything medical is read from the ontology; every patient is a case that `warrant assess` takes.
"""

from kg.judges.patients.boundary_patients import Purpose, PurposeCoverage, Target, coverage, targeted
from kg.judges.patients.case import InventedPatient
from kg.judges.patients.random_patients import drawn, patients

__all__ = ["InventedPatient", "Purpose", "PurposeCoverage", "Target", "coverage", "drawn", "patients", "targeted"]
