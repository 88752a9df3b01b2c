"""Assessments kept under a handle for a limited time."""
