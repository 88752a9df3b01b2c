"""The compiled ontology in memory."""
