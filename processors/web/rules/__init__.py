"""Pages of rules: all lines, those that hold, lookup tables, what decisions teach."""
