"""How the log's tables came to be, step by step; what is released never changes."""
