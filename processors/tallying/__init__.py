"""What processes count of each source of intake: kept, written down, followed.

Here live the counts of the door and of `convert`, and the table that the watch adds up.
Never a verdict: those are `bus.watch`.
"""
