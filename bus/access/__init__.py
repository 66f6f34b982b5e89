"""Who may do what: tokens, roles, scopes, stored keys, and what an audit record says.

Decisions and words only. Looking keys up, writing and following them is the part of
`processors.access`; serving requests with them that of the programs that serve.
"""
