"""The secret that `bus listen` verifies with, from the environment."""
# ruff: noqa: TID251 - settings read the environment, and nobody else does

import os

SECRET_VARIABLE = "WEBHOOK_SECRET"  # noqa: S105 - its name


def webhook_secret() -> str:
    """What the variable holds; empty if it is not set."""
    return os.environ.get(SECRET_VARIABLE, "")
