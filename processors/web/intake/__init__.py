"""Pages of parked orders: groups, one of them, items, one of them, and what is done."""
