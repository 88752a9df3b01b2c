"""The HTTP service. It imports `kg`; `kg` never imports it."""
