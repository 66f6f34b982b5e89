"""Parsers: bytes of each format to one kind of tree, or the reason why not.

A tree is made of None, bool, int, Decimal, str, lists, and dicts of trees by name:
what JSON has, with numbers exact. What comes in is hostile: every parser has bounds
for size, depth and number of parts, expands nothing, and fetches nothing.
"""
