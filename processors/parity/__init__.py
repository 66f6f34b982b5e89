"""Proof that a new sender does what the old one did: recorded, compared, reported.

What makes recordings (`tap`, `shadow`) never stands in the way of what is sent, and
never sends to a partner on its own. How two requests are judged is decided in
`bus.migration`; nothing here prints.
"""
