"""A morning of triage, in simulated time: what is rescued, in which order.

2,000 orders of 12 causes were parked over night; carriers come through the morning; one
operator clears a group every five minutes. The ranking is that of `bus.intake.parked`;
what it is compared with takes the group of the oldest item first. `python -m
tests.triage` prints the table of docs/triage.md, `--write` puts it there.
"""
