"""Reconciling: what a source's API lists, against what came of it by itself.

Here lives what decides: where a list is to be had, what stands in it, what of it is
missing. Never here: a connection, a clock.
"""
