"""Certificates: what follows for one patient, proved, signed, and checked without the engine (docs/certificate.md)."""
