"""Keys and the audit as topics hold them: looked up, made, ended, written down.

One set of steps for command and API. What a role may do is decided in `bus.access`; no
request is served and no answer worded here.
"""
