"""Pages of events: searching them, one of them, an order's, and their attempts."""
