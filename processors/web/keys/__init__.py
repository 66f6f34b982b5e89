"""Pages of keys: who may do what; a token is shown once, on the page that made it."""
