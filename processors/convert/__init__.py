"""convert: stored submissions to events of intake, each once, in turn for each order.

Here live the program and what its commands do: read, convert, merge, judge, publish or
park, fetch what thin messages leave out; replay, show, compare. Never here: what a
channel or rule says (`bus.intake` decides), a client of Kafka or HTTP, the door.
"""
