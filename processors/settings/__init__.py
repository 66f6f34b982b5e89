"""Settings: the only reader of the environment, and what documents it.

`load` reads them, `resolve` finds the Kafka to talk to; nothing is opened or decided
by them here.
"""

from processors.settings.api import LAST_PORT
from processors.settings.dev import (
    DevState,
    read_dev,
    resolve,
    starting_dev,
    stopping_dev,
    write_dev,
)
from processors.settings.loading import load
from processors.settings.model import ENV_PREFIX, Settings
from processors.settings.table import settings_table
from processors.settings.telling import in_force

__all__ = [
    "ENV_PREFIX",
    "LAST_PORT",
    "DevState",
    "Settings",
    "in_force",
    "load",
    "read_dev",
    "resolve",
    "settings_table",
    "starting_dev",
    "stopping_dev",
    "write_dev",
]
