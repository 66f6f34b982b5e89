"""The one place where adapters and programs are put together."""
