"""How exact and how quick gkextract is beside the table extractors that run offline.

`python -m bench` compares them on the same documents, `python -m bench.cold` takes the CPU
time of a cold start. docs/bench.md says what is measured, and how."""
