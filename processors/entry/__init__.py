"""How connections come in: from where, how many, how long their heads may be.

What the servers of several programs share; nothing here knows what is asked for.
"""
