"""Measurements, as ratios of medians within one run; not part of `make test`.

Each module runs by itself on a database of its own, which it makes and removes:

    DATABASE_URL=… python -m tests.benchmarks.closing --devices 50000
"""
