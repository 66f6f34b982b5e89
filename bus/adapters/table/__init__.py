"""A table of an old sender's, read by SQL: pages of rows, in the order of a column.

Nothing is ever written there: the connection is read-only where the database can be
told so. What a row means is decided elsewhere.
"""
