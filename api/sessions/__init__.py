"""Assessments kept under a handle for a limited time, and the threads that reason about them."""
