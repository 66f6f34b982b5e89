"""Lists and queues that intake reads by itself, where a source declares one.

Here lives what asks, keeps what came as submissions and remembers how far it was read.
Never here: what a page means (`bus.intake.pulling`), what an order is (`convert`), a
client of anybody's.
"""
