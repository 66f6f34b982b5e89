"""Fuzzing the API by its own description, with schemathesis."""
