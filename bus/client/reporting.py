"""What the Kafka clients under Producer and Consumer say, as Python log lines.

The logger is `orderbus`; nothing is configured here, that is the application's.
"""

import logging
from collections.abc import Mapping

_LOG = logging.getLogger("orderbus")
_LIBRARY = "kafka.log"
_GRAVE = frozenset({"kafka.expired", "kafka.position_reset"})


def log_event(name: str, fields: Mapping[str, object]) -> None:
    """Log what a client reports; called from any thread."""
    level = fields.get("level") if name == _LIBRARY else None
    if isinstance(level, int):
        _LOG.log(level, "%s", fields.get("line"))
    else:
        level = logging.ERROR if name in _GRAVE else logging.WARNING
        _LOG.log(level, "%s: %s", name, fields.get("why") or dict(fields))
