"""Writes the methods and types of `bus.api` from the gateway's table of routes."""
