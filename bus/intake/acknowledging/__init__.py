"""Acknowledgements that EDI owes: what came, set by set, and what could be read.

Here lives what makes them of the bytes that came: X12's 997, EDIFACT's CONTRL. Never
here: sending one, or a decision about what an order says.
"""
