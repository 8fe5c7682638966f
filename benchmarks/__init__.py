"""Benchmarks: each a ratio measured in one run, against what one would write or use instead."""
