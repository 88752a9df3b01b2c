"""Requests answered in processes of their own, which end at their deadline."""
