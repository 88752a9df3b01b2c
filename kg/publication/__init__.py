"""The public graph: what people browse and query beside the axioms that the reasoner loads.

vocabulary.py    the vocabulary of ontology/public.yaml, as it was compiled
conditions.py    the condition of a claim as one expression, and the ways in which it can be met
requirements.py  what a claim requires, as plain triples
evidence.py      claims as assertions with lines of evidence, and controlled values in the place of words
text_index.py    words under which claims and concepts are found
published.py     these graphs as triples, for the dataset
labels.py        labels that a tree shows whole
head.py          who made a product, when, how it is cited
browsing.py      ontology/warrant.ttl, the product to browse
"""
