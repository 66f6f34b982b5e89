"""How sources fare: what was seen of each, counted by time, in bounded memory.

Counts, numbers and fields go in, figures come out. Never a clock, a topic or a verdict:
what is well and what is not, `bus.watch` says.
"""
