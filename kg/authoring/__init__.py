"""The ontology's readable sources (YAML) and their compilation to OWL modules."""
