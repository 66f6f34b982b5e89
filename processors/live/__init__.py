"""Events and attempts as they come: each topic is read once, for all who listen.

`positions` says where a listener is, `ring` holds what came last, `hub` reads, and
`listening` is what one listener hears. Nothing of HTTP, and nothing of who may hear
what: that comes in as a filter.
"""
