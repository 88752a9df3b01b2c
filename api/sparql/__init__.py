"""The SPARQL 1.1 Protocol, query side."""
