"""The dashboard: pages made on the server.

No logic of the bus lives here; `charts` are pure functions from records to pictures.
"""
