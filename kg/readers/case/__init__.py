"""Structured cases (JSON and YAML) as facts."""
