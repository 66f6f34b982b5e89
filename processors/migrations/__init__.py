"""What is done to migrations: followed, planned, stepped, taken back.

One set of steps for command, API and watch. Who sends which order is decided in
`bus.migration`; nothing here prints or serves.
"""
