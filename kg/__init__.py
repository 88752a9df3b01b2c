"""Warrant: a clinical knowledge graph that answers about a patient and shows the proof."""

__version__ = "0.1.0"
CONTRACT_VERSION = "2.0"
"""The version of what goes in and comes out (docs/contract.md)."""
