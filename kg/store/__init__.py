"""The knowledge graph as an RDF dataset, and SPARQL over it.

    location ← graphs, inferred, mappings, description, seal ← dataset: what there is, in memory or on disk
    tokens, forms ← evaluate ← wire ← worker ← zygote ← processes ← pool: who answers

A query runs in a worker: a process forked from a zygote that has loaded the dataset, so that it can be killed and
replaced in milliseconds, and shares the dataset's memory with the others.
"""
