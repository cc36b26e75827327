"""What `make bench` measures: one file per question, each with `measure(bench)` that adds its figures."""
