"""The projector: reads Kafka into the log, each record once.

`rows` says what a record becomes, `reading` holds what was read of a partition,
`writing` brings it into the log, `session` is one membership of the group, `run` the
program. Nothing of databases: those are `bus.adapters.sql`.
"""
