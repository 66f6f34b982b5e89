"""Pages of jobs: all of them, and how far one is."""
