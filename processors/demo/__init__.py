"""The demo: the whole bus in a temporary folder, partners good and bad, real orders."""
