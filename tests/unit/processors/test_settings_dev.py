"""What whoever asks for the running `bus dev` is told while there is none to use."""

import os
from pathlib import Path

import pytest

from bus.errors import ConfigurationError
from processors.settings import load, resolve, starting_dev, stopping_dev


def test_resolve_says_that_one_is_starting(tmp_path: Path) -> None:
    """Whoever is quicker than Kafka is told to wait, not to start another."""
    settings = load(data_dir=tmp_path)
    with (
        starting_dev(settings.data_dir),
        pytest.raises(ConfigurationError, match=f"{os.getpid()}. is starting"),
    ):
        resolve(settings)
    with pytest.raises(ConfigurationError, match="No Kafka is given"):
        resolve(settings)


def test_resolve_says_that_one_is_stopping(tmp_path: Path) -> None:
    """Whoever comes while it drains is told that, and that it may be started again."""
    settings = load(data_dir=tmp_path)
    with starting_dev(settings.data_dir):
        stopping_dev(settings.data_dir)
        with pytest.raises(ConfigurationError, match=f"{os.getpid()}. is stopping"):
            resolve(settings)
    stopping_dev(settings.data_dir)  # when none runs, it leaves nothing behind
    with pytest.raises(ConfigurationError, match="No Kafka is given"):
        resolve(settings)
