"""Notices to chats, mail and pagers, through Apprise: an operator's settings only.

It opens whatever an address says, past the guard of deliveries, and its addresses hold
secrets. Nothing that it logs or says is passed on but numbers.
"""
