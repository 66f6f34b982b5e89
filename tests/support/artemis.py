"""An Apache Artemis of a test's own: somebody else's AMQP 1.0, from Maven, on a JVM."""

import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from shutil import rmtree
from socket import create_server, socket

import trustme
from jgo.maven import MavenContext, PythonResolver

from bus.adapters.jvm.java import runtime
from tests.support.kafka import cache_dir
from tests.support.starting import started

VERSION = "2.40.0"
_WITHIN_S = 150
USER, PASSWORD = "orderbus", "a-password-for-tests"
"""May do everything."""
SHOP, SHOP_PASSWORD = "shop", "s3cret-shop"
"""May write to `shop` only."""
NAME = "artemis.example"
CLIENT = "bus.example"
"""Whose certificate signs in."""
SMALL_BYTES = 20_000
"""What an address named `full…` holds, and then takes nothing more."""


def missing_artemis() -> str:
    """Why there is no broker to be had, for a person who reads it; else empty."""
    try:
        resolve()
    except Exception as error:  # noqa: BLE001 - whatever a registry says
        return f"Apache Artemis cannot be had from Maven: {error}"
    return ""


def resolve() -> Path:
    """Download the distribution, once a machine; 90 MB."""
    repository = cache_dir() / "artemis"
    maven = MavenContext(resolver=PythonResolver(), repo_cache=repository, timeout=60)
    app = maven.project("org.apache.activemq", "apache-artemis").at_version(VERSION)
    return Path(app.artifact("bin", "tar.gz").resolve())


def libraries() -> Path:
    """The folder of its jars, unpacked once a machine."""
    archive = resolve()
    home = archive.parent / f"apache-artemis-{VERSION}"
    if not home.is_dir():
        with tempfile.TemporaryDirectory(dir=archive.parent) as part:
            with tarfile.open(archive) as packed:
                packed.extractall(part, filter="data")
            (Path(part) / home.name).rename(home)
    return home / "lib"


@contextmanager
def running_artemis() -> Iterator["ArtemisUnderTest"]:
    """Run a broker on a folder of its own."""
    broker = ArtemisUnderTest()
    try:
        broker.prepare()
        broker.start()
        yield broker
    finally:
        broker.discard()


class ArtemisUnderTest:
    """One broker; keeps its ports over restarts, and what is durable in it."""

    def __init__(self) -> None:
        self.authority = trustme.CA()
        self._folder = Path(tempfile.mkdtemp(prefix="orderbus-artemis-"))
        self._process: subprocess.Popen[bytes] | None = None
        self.port, self.secure_port = _free_port(), _free_port()

    def prepare(self) -> None:
        """Write what it is told: ports, certificates, users, limits."""
        etc = self._folder / "etc"
        etc.mkdir()
        leaf = self.authority.issue_cert(NAME)
        leaf.private_key_and_cert_chain_pem.write_to_path(str(etc / "own.pem"))
        self.authority.cert_pem.write_to_path(str(etc / "ca.pem"))
        (etc / "broker.xml").write_text(
            _BROKER.format(
                folder=self._folder,
                port=self.port,
                secure_port=self.secure_port,
                small=SMALL_BYTES,
            )
        )
        (etc / "bootstrap.xml").write_text(_BOOTSTRAP.format(folder=self._folder))
        (etc / "management.xml").write_text(_MANAGEMENT)
        (etc / "login.config").write_text(_LOGIN)
        (etc / "users").write_text(f"{USER}={PASSWORD}\n{SHOP}={SHOP_PASSWORD}\n")
        (etc / "roles").write_text(f"all={USER}\nfew={SHOP}\n")
        (etc / "certificates").write_text(f"bus=/.*CN={CLIENT}.*/\n")
        (etc / "certificate-roles").write_text("all=bus\n")
        (etc / "log4j2.properties").write_text(_LOG)

    def start(self) -> None:
        """Start it and wait until it listens."""
        folder, etc = self._folder, self._folder / "etc"
        settings = {
            "java.io.tmpdir": str(folder),
            "java.security.auth.login.config": str(etc / "login.config"),
            "log4j2.configurationFile": (etc / "log4j2.properties").as_uri(),
            "artemis.home": str(libraries().parent),
            "artemis.instance": str(folder),
            "artemis.instance.etc": str(etc),
        }
        options = [f"-D{name}={value}" for name, value in settings.items()]
        jvm = [
            str(runtime()),
            "-Xmx512m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
        ]
        main = ["org.apache.activemq.artemis.cli.Artemis", "run"]
        with (folder / "log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own java
                [*jvm, *options, "-cp", f"{etc}:{libraries()}/*", *main],
                cwd=folder,
                stdout=log,
                stderr=log,
            )
        started(
            lambda: _listens(self.port) and _listens(self.secure_port),
            self._process,
            folder / "log",
            _WITHIN_S,
        )

    def kill(self) -> None:
        """SIGKILL it, as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def discard(self) -> None:
        """End it, and remove all it wrote."""
        self.kill()
        rmtree(self._folder, ignore_errors=True)

    def url(
        self, address: str, *, host: str = "127.0.0.1", secure: bool = False
    ) -> str:
        """An endpoint's URL."""
        if secure:
            return f"amqps1://{host}:{self.secure_port}/{address}"
        return f"amqp1://{host}:{self.port}/{address}"


def _free_port() -> int:
    with create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def _listens(port: int) -> bool:
    with closing(socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


_BOOTSTRAP = """\
<broker xmlns="http://activemq.apache.org/schema">
  <jaas-security domain="test"/>
  <server configuration="file:{folder}/etc/broker.xml"/>
</broker>
"""
_MANAGEMENT = '<management-context xmlns="http://activemq.apache.org/schema"/>'
_MODULES = "org.apache.activemq.artemis.spi.core.security.jaas"
_LOGIN = f"""\
test {{
  {_MODULES}.TextFileCertificateLoginModule sufficient
    org.apache.activemq.jaas.textfiledn.user="certificates"
    org.apache.activemq.jaas.textfiledn.role="certificate-roles";
  {_MODULES}.PropertiesLoginModule sufficient
    org.apache.activemq.jaas.properties.user="users"
    org.apache.activemq.jaas.properties.role="roles";
}};
"""
_LOG = """\
rootLogger.level = WARN
rootLogger.appenderRef.console.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %p %c %m%n
"""
_PERMISSIONS = "".join(
    f'<permission type="{one}" roles="all"/>'
    for one in (
        *("createNonDurableQueue", "deleteNonDurableQueue", "createDurableQueue"),
        *("deleteDurableQueue", "createAddress", "deleteAddress", "consume"),
        *("browse", "send"),
    )
)
_BROKER = f"""\
<configuration xmlns="urn:activemq">
  <core xmlns="urn:activemq:core">
    <name>test</name>
    <persistence-enabled>true</persistence-enabled>
    <journal-type>NIO</journal-type>
    <journal-min-files>2</journal-min-files>
    <journal-file-size>4M</journal-file-size>
    <paging-directory>{{folder}}/data/paging</paging-directory>
    <bindings-directory>{{folder}}/data/bindings</bindings-directory>
    <journal-directory>{{folder}}/data/journal</journal-directory>
    <large-messages-directory>{{folder}}/data/large</large-messages-directory>
    <max-disk-usage>100</max-disk-usage>
    <acceptors>
      <acceptor name="plain">tcp://127.0.0.1:{{port}}?protocols=AMQP,STOMP;saslMechanisms=PLAIN</acceptor>
      <acceptor name="secure">tcp://127.0.0.1:{{secure_port}}?protocols=AMQP;saslMechanisms=PLAIN,EXTERNAL;sslEnabled=true;keyStoreType=PEM;keyStorePath={{folder}}/etc/own.pem;trustStoreType=PEMCA;trustStorePath={{folder}}/etc/ca.pem;wantClientAuth=true</acceptor>
    </acceptors>
    <security-settings>
      <security-setting match="#">{_PERMISSIONS}</security-setting>
      <security-setting match="shop">{_PERMISSIONS}
        <permission type="send" roles="all,few"/></security-setting>
    </security-settings>
    <address-settings>
      <address-setting match="#">
        <dead-letter-address>DLQ</dead-letter-address>
        <auto-create-addresses>true</auto-create-addresses>
        <auto-create-queues>true</auto-create-queues>
        <default-address-routing-type>ANYCAST</default-address-routing-type>
        <default-queue-routing-type>ANYCAST</default-queue-routing-type>
        <auto-delete-queues>false</auto-delete-queues>
        <auto-delete-addresses>false</auto-delete-addresses>
      </address-setting>
      <address-setting match="full.#">
        <max-size-bytes>{{small}}</max-size-bytes>
        <address-full-policy>FAIL</address-full-policy>
      </address-setting>
      <address-setting match="there.#">
        <auto-create-addresses>false</auto-create-addresses>
        <auto-create-queues>false</auto-create-queues>
      </address-setting>
    </address-settings>
    <addresses>
      <address name="closed"><anycast><queue name="closed"/></anycast></address>
      <address name="shop"><anycast><queue name="shop"/></anycast></address>
    </addresses>
  </core>
</configuration>
"""
