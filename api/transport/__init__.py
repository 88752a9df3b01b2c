"""HTTP apart from what is asked: negotiation, bodies, problems, limits, security, metrics, connections."""
