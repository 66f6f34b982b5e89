"""The watch: gathers facts, has them judged, keeps alerts, tells who wants to know.

Here stand the program and what reads its topic. Never a rule: those are `bus.watch`.
"""
