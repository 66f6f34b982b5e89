"""What becomes of one event for one subscription: matching, routing, limits, offsets.

Only words and decisions live here; sending, waiting and writing never do.
"""
