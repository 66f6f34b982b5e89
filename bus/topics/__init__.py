"""Which topics there are, how they are declared, and what is missing of them.

The broker is never asked here: who applies a plan does so through a port.
"""
