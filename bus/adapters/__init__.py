"""The world outside as the ports see it: a folder for each thing that is talked to.

Adapters do I/O and translate errors; they never decide, and never import each other.
"""
