"""Lists as APIs give them: their items byte for byte, and where the next page is."""
