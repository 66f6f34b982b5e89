"""Forecasts of this bus: queues counted, counts kept, and what is foreseen from them.

`counting` asks Kafka, `sampling` keeps what was counted, `foreseeing` is the one
function that commands, the API and the track record ask. Never a law of how queues
behave: those are `bus.watch.forecasts`.
"""
