"""Artifacts on disk, made once and used again."""
