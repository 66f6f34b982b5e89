"""Files of a folder on this machine, or on one that is mounted."""

from bus.adapters.folder.local import LocalFolder

__all__ = ["LocalFolder"]
