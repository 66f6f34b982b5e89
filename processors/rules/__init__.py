"""What is done to rules and lookup tables: followed, applied, backtested, proposed.

One set of steps for command and API. Whether an order is held is decided in
`bus.intake.rules`; nothing here prints or serves.
"""
