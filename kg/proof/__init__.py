"""Derivations, proofs, and the independent checker."""
