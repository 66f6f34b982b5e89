"""Parked items: followed, shown, decided about; one set of steps for all faces.

Here lives what command, API and pages do with parked items: the table that follows
`intake.parked`, questions to it, decisions about one or many, fixes tried on a group,
expiry by policy. Never here: how items come to be parked (that is the conversion's),
what a group is or is worth (`bus.intake.parked`), connections.
"""
