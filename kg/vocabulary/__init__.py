"""From what people write to concepts of the ontology."""
