"""What is written for other tools: example patients as Turtle, the merged ontology."""
