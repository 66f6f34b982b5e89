"""Orders for backtests, out of files: samples of channels, or JSON, one a line."""

from collections.abc import Iterator
from pathlib import Path

from bus.client.channels import channel_names, read_channel, read_samples
from bus.contracts.catalogue import Catalogue
from bus.errors import ConfigurationError
from bus.intake.rules.cases import cases_of, read_cases
from bus.intake.rules.comparing import Case
from bus.intake.samples import submission_of


def sample_cases(folder: Path, catalogue: Catalogue) -> Iterator[Case]:
    """What the samples of a folder of channels come to.

    Raises:
        ConfigurationError: There is no such folder, or a channel cannot be used.
    """
    for name in channel_names(folder):
        loaded = read_channel(folder / name, catalogue)
        if loaded.channel is None:
            raise ConfigurationError(f"{name}: {loaded.problems[0]}")
        for sample in read_samples(folder / name):
            yield from cases_of(loaded.channel, submission_of(loaded.channel, sample))


def file_cases(file: Path) -> Iterator[Case]:
    """The orders of a file of JSON, one a line.

    Raises:
        ConfigurationError: It cannot be read; says where.
    """
    try:
        with file.open(encoding="utf-8") as lines:
            yield from read_cases(lines)
    except OSError as error:
        raise ConfigurationError(f"cannot read {file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigurationError(f"{file} is not text in UTF-8") from None
    except ConfigurationError as error:
        raise ConfigurationError(f"{file}: {error}") from None
