"""What a schema registry knows and admits, as pure state over its log.

Neither the HTTP in front of it nor the client that asks one lives here.
"""
