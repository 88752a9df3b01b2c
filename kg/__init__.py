"""Warrant: a clinical knowledge graph that answers about a patient and shows the proof."""

__version__ = "0.1.0"
