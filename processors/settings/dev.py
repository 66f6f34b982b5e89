"""The note a running `bus dev` leaves, so that other commands find its Kafka."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ipaddress import ip_network
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from bus.errors import ConfigurationError
from processors.settings.model import ENV_PREFIX, Settings
from processors.settings.sources import Origin, Source

_NO_KAFKA = f"""No Kafka is given, and no `bus dev` is running. Either
  start one here:      bus dev
  or name yours:       --bootstrap-servers HOST:PORT
  or, for all commands: export {ENV_PREFIX}BOOTSTRAP_SERVERS=HOST:PORT"""

_STARTING = "`bus dev` (process {}) is starting; it says when it is there"
_STOPPING = (
    "`bus dev` (process {}) is stopping; once it has ended, start it again: bus dev"
)
_WORD, _STOPS = "dev.starting", "stops"
_LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


class DevState(BaseModel):
    """Where a running `bus dev` can be reached. Holds no secret itself."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    pid: int
    bootstrap_servers: str
    registry_url: str
    api_url: str = ""
    intake_url: str = ""
    key_file: Path
    pull_relays: tuple[str, ...] = ()
    http: dict[str, str] = Field(default_factory=dict)


def _path(data_dir: Path) -> Path:
    return data_dir / "dev.json"


def write_dev(data_dir: Path, state: DevState) -> Path:
    """Leave the note, in one step; the writer removes it when it ends."""
    path = _path(data_dir)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.write_text(state.model_dump_json(indent=2) + "\n", encoding="utf-8")
    draft.replace(path)
    return path


@contextmanager
def starting_dev(data_dir: Path) -> Iterator[None]:
    """Leave word that it starts, for whoever is quicker than its Kafka."""
    path = data_dir / _WORD
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{os.getpid()}\n", encoding="utf-8")
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def stopping_dev(data_dir: Path) -> None:
    """Leave word that it stops; gone when `starting_dev` ends."""
    path = data_dir / _WORD
    with suppress(OSError):  # no reason not to stop
        if path.exists():
            path.write_text(f"{os.getpid()} {_STOPS}\n", encoding="utf-8")


def _not_there(data_dir: Path) -> str:
    """Why no `bus dev` can be talked to: it starts, it stops, or there is none."""
    try:
        pid, *stops = (data_dir / _WORD).read_text(encoding="utf-8").split()
        if _alive(number := int(pid)):
            return (_STOPPING if stops else _STARTING).format(number)
    except (OSError, ValueError):
        pass
    return _NO_KAFKA


def read_dev(data_dir: Path) -> DevState | None:
    """The note of a `bus dev` that still runs, or None."""
    try:
        text = _path(data_dir).read_text(encoding="utf-8")
        state = DevState.model_validate_json(text)
    except (OSError, ValueError):  # or what is no note
        return None
    return state if _alive(state.pid) else None


def resolve(settings: Settings) -> Settings:
    """Settings that name a Kafka: the given one, or the running `bus dev`'s.

    What was given beats the note, but a key or registry of the note is not mixed
    with another Kafka. With `bus dev`, webhooks may go to this machine.

    Raises:
        ConfigurationError: there is neither; it says the three ways to have one.
    """
    if settings.bootstrap_servers is not None:
        return settings
    state = read_dev(settings.data_dir)
    if state is None:
        raise ConfigurationError(_not_there(settings.data_dir))
    found: dict[str, object] = {"bootstrap_servers": state.bootstrap_servers}
    if settings.registry_url is None:
        found["registry_url"] = state.registry_url
    if settings.encryption_key is None and settings.encryption_key_file is None:
        found["encryption_key_file"] = state.key_file
    if not settings.pull_relays and not settings.pull_port:
        found["pull_relays"] = state.pull_relays
    if not settings.allow_networks:
        # Whoever tries the bus on one machine has the endpoints there, too.
        found["allow_networks"] = _LOOPBACK
    note = Source(Origin.FILE, str(_path(settings.data_dir)))
    return settings.chosen(dict.fromkeys(found, note), **found)


def door_of(settings: Settings) -> str:
    """Where sources send to, as far as is known: by a setting, or a `bus dev` here."""
    state = None if settings.intake_url else read_dev(settings.data_dir)
    return settings.intake_url if state is None else state.intake_url


def _alive(pid: int) -> bool:
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
