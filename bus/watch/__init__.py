"""Whether the bus is well: states with their reasons, rules, and the life of alerts.

Facts and the time go in, verdicts and notices come out. Never a clock, a topic, a
database or a message to anybody: those are `processors.watch`.
"""
