"""What was promised to a subscription, and how that went: budget, causes, downtime.

Counts of the log go in, ledgers and incidents come out. Never a clock or a database.
"""
