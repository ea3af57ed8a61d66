"""Benchmarks: what tradesim costs beside the plain way of doing the same."""
