"""A day of the bus in simulated time, with incidents: what the watch notices of it.

`python -m tests.day` prints the table; `--write` puts it into docs/alerts.md. The watch
is the real one, on a broker in memory and a real log in SQLite. What it watches is a
model of the flow that decides with the bus's own breaker and routing, so that a day
takes half a minute.
"""
