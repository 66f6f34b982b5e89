"""How things are shown to people: harmless text, consoles, tables that cut nothing.

Nothing here knows what is shown; nothing here reads anything.
"""
