"""The HTTP API: one table of routes, and what serves it.

A route is a row of `table.py`; from it come the checks, the OpenAPI document, the
readable page and the tests. Its handler reads, asks one step of `processors`, answers;
no logic of the bus lives here.
"""
