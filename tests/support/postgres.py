"""A PostgreSQL server as tests use it: started, killed, started again."""

import itertools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import psutil
import psycopg

from tests.support.pace import patience

_WITHIN_S = 60
USER, PASSWORD = "orderbus", "a-password-for-tests"


def _programs() -> Path | None:
    """The folder of `initdb` and `postgres`, the newest version's."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=_version)
    found = debian[-1] if debian else shutil.which("initdb")
    return Path(found).parent if found else None


def _version(initdb: Path) -> int:
    name = initdb.parts[-3]
    return int(name) if name.isdecimal() else 0


def missing_postgres() -> str:
    """Why there is no server to be had, for a person who reads it; else empty."""
    if _programs() is None:
        return "PostgreSQL is not installed (Debian: apt-get install postgresql)"
    if os.geteuid() == 0 and _servant() is None:
        return "PostgreSQL does not run as root, and there is no user postgres"
    return ""


def _servant() -> str | None:
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        return None


@contextmanager
def running_postgres(
    settings: Sequence[str] = ("fsync=off",),
) -> Iterator["PostgresUnderTest"]:
    """Run a server on a folder of its own."""
    server = PostgresUnderTest(settings)
    try:
        server.prepare()
        server.start()
        yield server
    finally:
        server.discard()


class PostgresUnderTest:
    """One server on a folder of its own; keeps its port over restarts.

    It does not wait for the disk (`fsync=off`), unless it has other settings: what a
    killed process has written is there all the same, only a machine's crash would
    lose it.
    """

    def __init__(self, settings: Sequence[str]) -> None:
        self._settings = settings
        self._programs = _programs() or Path()
        self._as = {"user": _servant()} if os.geteuid() == 0 else {}
        self._folder = Path(tempfile.mkdtemp(prefix="orderbus-postgres-"))
        self._numbers = itertools.count(1)
        with closing(socket.create_server(("127.0.0.1", 0))) as taken:
            self.port: int = taken.getsockname()[1]

    def prepare(self) -> None:
        """Make its folder: a superuser with a password, and nothing else."""
        password = self._folder / "password"
        password.write_text(PASSWORD)
        if user := self._as.get("user"):
            shutil.chown(self._folder, user)
            shutil.chown(password, user)
        self._run(
            "initdb",
            *("-D", str(self._data), "-U", USER, "--pwfile", str(password)),
            *("-A", "scram-sha-256", "-E", "UTF8", "--locale=C", "--no-sync"),
        )

    def discard(self) -> None:
        """End it, and remove all it wrote."""
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def url(self, database: str = "postgres") -> str:
        """Where a database is, the password included."""
        return f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def database(self) -> str:
        """Make a new database; return its URL."""
        name = f"test_{next(self._numbers)}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return self.url(name)

    def start(self) -> None:
        """Start it and wait until it answers; after a kill it recovers first."""
        log = str(self._folder / "log")
        options = f"-p {self.port} -h 127.0.0.1 -k {self._folder}"
        options += "".join(f" -c {setting}" for setting in self._settings)
        within = str(int(patience(_WITHIN_S)))
        self._run(
            *("pg_ctl", "start", "-w", "-t", within, "-D", str(self._data)),
            *("-l", log, "-o", options),
        )

    def kill(self) -> None:
        """SIGKILL the server, as a crash would; its children notice and go."""
        try:
            first = psutil.Process(self._pid())
        except (FileNotFoundError, psutil.NoSuchProcess):
            return
        family = [first, *first.children()]
        first.kill()
        psutil.wait_procs(family, timeout=patience(_WITHIN_S))

    def stop(self) -> None:
        """Stop it in good order, connections or not."""
        self._run("pg_ctl", "stop", "-w", "-m", "fast", "-D", str(self._data))

    def freeze(self) -> None:
        """SIGSTOP the server's first process: new connections hang."""
        self._signal(signal.SIGSTOP)

    def hang(self) -> None:
        """SIGSTOP the whole server: connections that are open hang, too."""
        self._signal(signal.SIGSTOP)
        for child in psutil.Process(self._pid()).children():
            child.suspend()

    def thaw(self) -> None:
        """Let a frozen or hanging server go on."""
        for child in psutil.Process(self._pid()).children():
            child.resume()
        self._signal(signal.SIGCONT)

    def _signal(self, which: signal.Signals) -> None:
        os.kill(self._pid(), which)

    def _pid(self) -> int:
        return int((self._data / "postmaster.pid").read_text().split()[0])

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(  # type: ignore[call-overload]  # noqa: S603 - PostgreSQL's own programs
            [self._programs / program, *arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            cwd=self._folder,
            check=False,
            **self._as,
        )
        if done.returncode:
            said = done.stderr.decode(errors="replace")
            raise RuntimeError(f"{program} ended with {done.returncode}: {said}")
