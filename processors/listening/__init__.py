"""`bus listen`: a receiver for people who write one; shows, answers, keeps, passes on.

It stands on `processors.receiver`, whose server and behaviours are its own, and knows
neither Kafka nor a bus. What it shows is decided here; how, by who prints it.
"""
