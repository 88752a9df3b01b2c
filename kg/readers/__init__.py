"""From an outside format to the facts of a patient, one folder a format."""
