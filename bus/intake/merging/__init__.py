"""Merging: what a converted part is to what came before it.

Here lives what decides whether a part is told, is a repeat of another or older than
what is known, and what has to be remembered for that. Never here: reading, writing, a
clock, or what a rule thinks of an order.
"""
