"""Pages of subscriptions: all of them in a table, one of them, and what can be done."""
