"""Reads the folders of channels that come with Orderbus, or those of one's own."""

import os
import re
from pathlib import Path

from bus.client.schemas import default_folder
from bus.contracts.catalogue import Catalogue
from bus.contracts.jsontext import read_json
from bus.errors import ConfigurationError, DecodeError
from bus.expected import among
from bus.intake.channels.definition import Channel
from bus.intake.channels.loading import DEFINITION, MAPPING, Loaded, load_channel
from bus.intake.samples import Sample

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{1,62}")
_FILES = (DEFINITION, MAPPING)
_EXPECTED, _HEADERS = "expected.json", "headers.json"


def channels_folder(schemas: Path | None = None) -> Path:
    """The folder of channels within that of the schemas."""
    return (schemas or default_folder()) / "channels"


def channel_names(folder: Path) -> list[str]:
    """The channels of a folder: those of its folders that have a channel.yaml.

    Raises:
        ConfigurationError: There is no such folder.
    """
    if not folder.is_dir():
        what = "a file" if folder.is_file() else "not there"
        raise ConfigurationError(
            f"{folder} is {what}; a folder of channels is expected"
        )
    return sorted(path.parent.name for path in folder.glob(f"*/{DEFINITION}"))


def read_channel(folder: Path, catalogue: Catalogue) -> Loaded:
    """Read and check the channel in a folder, which has the channel's name.

    Raises:
        ConfigurationError: There is no such folder, or a file cannot be read.
    """
    if not folder.is_dir():
        what = "a file" if folder.is_file() else "not there"
        raise ConfigurationError(f"{folder} is {what}; a channel's folder is expected")
    files = {name: _text(folder / name) for name in _FILES if (folder / name).is_file()}
    return load_channel(folder.name, files, catalogue)


_Stand = tuple[tuple[int, int], ...]


class FolderChannels:
    """The channels of a folder, each read again when its files have changed.

    One that has become faulty stays as it was; `problems` says what is wrong with it.
    """

    def __init__(self, folder: Path, catalogue: Catalogue) -> None:
        self._folder = folder
        self._place = str(folder)
        self._catalogue = catalogue
        self._stands: dict[str, _Stand] = {}
        self._channels: dict[str, Channel] = {}
        self.problems: dict[str, tuple[str, ...]] = {}

    def names(self) -> list[str]:
        """All of them, faulty ones as well.

        Raises:
            ConfigurationError: There is no such folder.
        """
        return channel_names(self._folder)

    def get(self, name: str) -> Channel | None:
        """The channel of this name; None if there is none, or none without faults."""
        if not _NAME.fullmatch(name):
            return None
        stands = self._stand(name)
        if not stands:
            return self._channels.get(name)
        if stands != self._stands.get(name):
            self._stands[name] = stands
            self._read(name)
        return self._channels.get(name)

    def missing(self, name: str) -> str:
        """Why there is no channel of this name, and which there are."""
        try:
            known = [one for one in self.names() if one != name]
        except ConfigurationError as error:
            return str(error)
        if (self._folder / name).is_dir():
            return f"{self._folder / name} has no {DEFINITION} or no {MAPPING}"
        return f"there is no channel {name!r} in {self._folder}; {among(name, known)}"

    def _read(self, name: str) -> None:
        try:
            loaded = read_channel(self._folder / name, self._catalogue)
        except ConfigurationError as error:
            self.problems[name] = (str(error),)
            return
        self.problems[name] = tuple(str(problem) for problem in loaded.problems)
        if loaded.channel is not None:
            self._channels[name] = loaded.channel

    def _stand(self, name: str) -> _Stand:
        """When its files were written, and how large they are; empty: it has none."""
        try:
            # Asked with each submission: a Path would take ten times as long.
            files = [os.stat(f"{self._place}/{name}/{f}") for f in _FILES]  # noqa: PTH116
        except OSError:
            return ()
        return tuple((one.st_mtime_ns, one.st_size) for one in files)


def read_samples(folder: Path) -> list[Sample]:
    """Read the samples of the channel in a folder, by name.

    Raises:
        ConfigurationError: A sample has no body, or two; or a file cannot be read.
    """
    places = sorted(path for path in (folder / "samples").glob("*") if path.is_dir())
    return [_sample(place) for place in places]


def write_expected(folder: Path, sample: str, text: str) -> None:
    """Write what a sample is to come to."""
    place = folder / "samples" / sample / _EXPECTED
    place.write_text(text, encoding="utf-8")


def _sample(place: Path) -> Sample:
    bodies = sorted((*place.glob("body.*"), *place.glob("fetched.*")))
    if len(bodies) != 1:
        text = f"{place} has {len(bodies)} files body.* or fetched.*, not one"
        raise ConfigurationError(text)
    expected = place / _EXPECTED
    return Sample(
        name=place.name,
        body=bodies[0].read_bytes(),
        headers=_headers(place / _HEADERS),
        expected=_text(expected) if expected.is_file() else None,
        fetched=bodies[0].stem == "fetched",
    )


def _headers(file: Path) -> dict[str, str]:
    if not file.is_file():
        return {}
    try:
        given = read_json(_text(file).encode())
    except DecodeError as error:
        raise ConfigurationError(f"{file}: {error}") from None
    if not isinstance(given, dict):
        raise ConfigurationError(f"{file} is no object of header names and values")
    return {str(name).lower(): str(value) for name, value in given.items()}


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"cannot read {file}: {error}") from None
