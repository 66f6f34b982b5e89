"""What will be, in ranges: when a backlog is caught up with, and whether to trust it.

A forecast is made of counts alone and of the time, both given; it says so where it
cannot tell. Nothing here looks at a queue, a clock or a store.
"""
