"""A whole company moves its orders from an old sender to the bus, both killed often."""
