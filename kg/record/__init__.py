"""Facts to the assertions of a patient graph: observations, yardsticks, derived values, absences."""
