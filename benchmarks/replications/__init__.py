"""Replications: published counterfactuals recomputed, ours beside theirs, with the time each took.

A case file has a `NAME`, says what was published (`PUBLISHED`, as printed, by key) and where (`SOURCE`), may
say what it only has to be near (`NEAR`: value and distance), and yields what tradesim finds (`replicate`).
Inputs come from the authors' packages and are not part of the project.
"""
