"""The real programs under virtual time and one seeded scheduler."""
