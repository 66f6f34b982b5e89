"""A RabbitMQ of a test's own: free ports, a folder, a node name, users, queues."""

import base64
import hashlib
import json
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

import psutil
import trustme

from tests.support.starting import started

_WITHIN_S = 150
USER, PASSWORD = "orderbus", "a-password-for-tests"
"""May do everything."""
SHOP, SHOP_PASSWORD = "shop", "s3cret-shop"
"""May write to `shop` only."""
NAME = "rabbit.example"
MOST_BYTES = 2_000_000
_CONFIG = """\
listeners.tcp.1 = 127.0.0.1:{port}
listeners.ssl.1 = 127.0.0.1:{secure_port}
ssl_options.cacertfile = {folder}/ca.pem
ssl_options.certfile = {folder}/own.pem
ssl_options.keyfile = {folder}/own.key
ssl_options.verify = verify_peer
ssl_options.fail_if_no_peer_cert = false
max_message_size = {most_bytes}
load_definitions = {folder}/definitions.json
"""


def _server() -> Path | None:
    """The program itself; Debian's wrapper would become another user."""
    found = sorted(Path("/usr/lib/rabbitmq/lib").glob("*/sbin/rabbitmq-server"))
    return found[-1] if found else None


def missing_rabbitmq() -> str:
    """Why there is no broker to be had, for a person who reads it; else empty."""
    if _server() is None:
        return "RabbitMQ is not installed (Debian: apt-get install rabbitmq-server)"
    return ""


@contextmanager
def running_rabbitmq() -> Iterator["RabbitUnderTest"]:
    """Run a broker on a folder of its own."""
    broker = RabbitUnderTest()
    try:
        broker.prepare()
        broker.start()
        yield broker
    finally:
        broker.discard()


class RabbitUnderTest:
    """One broker; keeps its ports over restarts, and what is durable in it."""

    def __init__(self) -> None:
        self.authority = trustme.CA()
        self._folder = Path(tempfile.mkdtemp(prefix="orderbus-rabbitmq-"))
        self._process: subprocess.Popen[bytes] | None = None
        self.port, self.secure_port, self._epmd, self._distribution = _free_ports(4)

    def prepare(self) -> None:
        """Write what it is told: ports, certificates, users, a limit of sizes."""
        leaf = self.authority.issue_cert(NAME)
        self.authority.cert_pem.write_to_path(str(self._folder / "ca.pem"))
        for pem in leaf.cert_chain_pems:
            pem.write_to_path(str(self._folder / "own.pem"), append=True)
        leaf.private_key_pem.write_to_path(str(self._folder / "own.key"))
        config = _CONFIG.format(
            port=self.port,
            secure_port=self.secure_port,
            folder=self._folder,
            most_bytes=MOST_BYTES,
        )
        (self._folder / "rabbitmq.conf").write_text(config)
        (self._folder / "definitions.json").write_text(json.dumps(_definitions()))
        (self._folder / "plugins").write_text("[rabbitmq_amqp1_0].\n")

    def start(self) -> None:
        """Start it and wait until it listens."""
        program = _server()
        assert program is not None
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - RabbitMQ's own program
                [program],
                env=self._environment(),
                cwd=self._folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait_for(lambda: _listens(self.port) and _listens(self.secure_port))

    def kill(self) -> None:
        """SIGKILL it, as a crash would."""
        if self._process is None:
            return
        with suppress(psutil.NoSuchProcess):
            first = psutil.Process(self._process.pid)
            for one in [first, *first.children(recursive=True)]:
                one.kill()
        self._process.wait()
        self._process = None
        self._wait_for(lambda: not _listens(self.port))

    def pid(self) -> int:
        """Of the process that runs."""
        assert self._process is not None
        return self._process.pid

    def discard(self) -> None:
        """End it, and remove all it wrote."""
        self.kill()
        if found := shutil.which("epmd"):
            self._wait_for(lambda: _ended(found, self._epmd))
        shutil.rmtree(self._folder, ignore_errors=True)

    def url(self, path: str, *, host: str = "127.0.0.1", secure: bool = False) -> str:
        """An endpoint's URL."""
        if secure:
            return f"amqps://{host}:{self.secure_port}{path}"
        return f"amqp://{host}:{self.port}{path}"

    def _wait_for(self, condition: Callable[[], bool]) -> None:
        started(condition, self._process, self._folder / "log", _WITHIN_S)

    def _environment(self) -> Mapping[str, str]:
        folder = str(self._folder)
        return {
            "PATH": os.environ["PATH"],
            "HOME": folder,
            "LANG": "C.UTF-8",
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(self._epmd),
            "RABBITMQ_NODENAME": f"{self._folder.name}@localhost",
            "RABBITMQ_DIST_PORT": str(self._distribution),
            "RABBITMQ_CONFIG_FILE": f"{folder}/rabbitmq.conf",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{folder}/plugins",
            "RABBITMQ_MNESIA_BASE": f"{folder}/data",
            "RABBITMQ_MNESIA_DIR": f"{folder}/data/node",
            "RABBITMQ_PID_FILE": f"{folder}/pid",
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_LOG_BASE": folder,
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
                "+S 1:1 +sbwt none -kernel inet_dist_use_interface {127,0,0,1}"
            ),
        }


def _free_ports(count: int) -> list[int]:
    with ExitStack() as held:
        taken = [
            held.enter_context(closing(socket.create_server(("127.0.0.1", 0))))
            for _ in range(count)
        ]
        return [int(one.getsockname()[1]) for one in taken]


def _ended(epmd: str, port: int) -> bool:
    """Whether Erlang's daemon has gone; it goes once it knows that its node has."""
    told = subprocess.run(  # noqa: S603 - Erlang's own program
        [epmd, "-port", str(port), "-kill"], check=False, capture_output=True
    )
    return bool(told.stdout) and not _listens(port)


def _listens(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _definitions() -> object:
    every = {"configure": ".*", "write": ".*", "read": ".*"}
    few = {"configure": "^$", "write": "^(shop|amq\\.default)$", "read": "^$"}
    return {
        "users": [
            _user(USER, PASSWORD, ["administrator"]),
            _user(SHOP, SHOP_PASSWORD),
            _user("guest", "guest"),  # whom RabbitMQ lets in from its own machine
        ],
        "vhosts": [{"name": "/"}, {"name": "other"}],
        "permissions": [
            {"user": USER, "vhost": "/", **every},
            {"user": USER, "vhost": "other", **every},
            {"user": SHOP, "vhost": "/", **few},
            {"user": "guest", "vhost": "/", **every},
        ],
    }


def _user(name: str, password: str, tags: list[str] | None = None) -> object:
    salt = b"salt"
    digest = hashlib.sha256(salt + password.encode()).digest()
    return {
        "name": name,
        "password_hash": base64.b64encode(salt + digest).decode(),
        "hashing_algorithm": "rabbit_password_hashing_sha256",
        "tags": tags or [],
    }
