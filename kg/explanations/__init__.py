"""Questions to a finished assessment: why not, what if, what would flip it, what it rests on, how firm it stands."""
