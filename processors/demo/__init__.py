"""The demo: the whole bus in a temporary folder, partners good and bad, real orders.

It plays and counts; what it shows is done by the same programs as everywhere.
"""
