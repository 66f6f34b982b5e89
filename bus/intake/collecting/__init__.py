"""What intake fetches itself, decided: which files are whole, which were taken already.

Nothing here opens a file or asks anybody; `processors.collecting` does.
"""
