"""How fast, how good, how big: ratios of one interleaved run. ``python -m benchmarks``."""
