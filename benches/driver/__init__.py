"""The driver of the benchmark: builds the programs, runs them in turn, and writes the report."""
