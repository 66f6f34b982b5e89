"""Pages of sources of intake: who sends, how one is set, what is done with it."""
