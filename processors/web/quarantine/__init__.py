"""Pages of records nobody could decode: by cause, a list, one of them, a plan."""
