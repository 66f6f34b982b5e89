"""Orders that never were: whole lifecycles of sample events, the same for one seed.

Demo, benchmarks, documentation and dry runs draw on them; deliveries never do.
"""
