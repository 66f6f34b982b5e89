"""Who is told of alerts, by the settings."""

import os
import stat
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from bus.adapters.apprise.service import AppriseService
from bus.adapters.http.operated import OperatedHttp
from bus.adapters.mail.relay import SmtpRelay
from bus.client.producer import EventWriter
from bus.client.schemas import load_catalogue
from bus.delivery.choices import Concern
from bus.delivery.own import FAMILY, is_own_topic
from bus.errors import ConfigurationError
from bus.ports import Observer
from bus.watch.concerning import rules_of
from bus.watch.message import Links
from bus.watch.muting import QuietHours
from bus.watch.telling import Receiver
from bus.watch.verdicts import Severity
from processors.settings import Settings
from processors.settings.receivers import ReceiverSettings, read_receivers
from processors.settings.watch import quiet_hours
from processors.subscriptions.world import World
from processors.watch.mailing import OwnersMail
from processors.watch.outside import Alertmanager, Heartbeat, People
from processors.watch.sinks import Listener, LogLines, OverTheBus

LOG, BUS, MAIL, HEARTBEAT = "log", "bus", "mail", "heartbeat"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@asynccontextmanager
async def open_sinks(
    settings: Settings, world: World, observer: Observer
) -> AsyncIterator[Mapping[str, Listener]]:
    """All sinks by name: the log always, the bus where its topic is declared.

    Raises:
        ConfigurationError: a receiver's settings cannot be used, or its extra is not
            installed.
    """
    quiet = _quiet(settings.watch_quiet_hours)
    log = Listener(kind=LOG, sink=LogLines(observer), receiver=Receiver(quiet=quiet))
    found = {LOG: log}
    topics = [t for t in world.topology.sources if is_own_topic(t)]
    if topics:
        found[BUS] = _over_the_bus(settings, world, topics[0])
    if settings.watch_mail_url is not None:
        found[MAIL] = _owners_mail(settings, world, observer)
    http = OperatedHttp()
    try:
        if settings.watch_heartbeat_url is not None:
            found[HEARTBEAT] = _heartbeat(settings, http)
        yield {**found, **receivers_of(settings, http)}
    finally:
        await http.close()


def _over_the_bus(settings: Settings, world: World, topic: str) -> Listener:
    """Programs listen there, at any hour."""
    catalogue = load_catalogue(settings.schemas_dir, topic.removesuffix(FAMILY))
    bus = OverTheBus(EventWriter(world.publisher, world.schemas, catalogue))
    receiver = Receiver(over_the_bus=True)
    return Listener(kind=BUS, sink=bus, reminder=bus, receiver=receiver)


def _owners_mail(settings: Settings, world: World, observer: Observer) -> Listener:
    """Owners sleep at night, too: quiet hours are for them as well."""
    url = settings.watch_mail_url
    text = "" if url is None else url.get_secret_value()
    try:
        relay = SmtpRelay(text, settings.watch_mail_from or "")
    except ConfigurationError as error:
        raise ConfigurationError(f"ORDERBUS_WATCH_MAIL_URL: {error}") from None
    links = Links(settings.watch_dashboard_url, runbook="")
    mail = OwnersMail(relay, world.table.get, observer, links, settings.portal_name)
    rules = tuple(rules_of(frozenset(Concern)))
    quiet = _quiet(settings.watch_quiet_hours)
    return Listener(kind=MAIL, sink=mail, receiver=Receiver(rules=rules, quiet=quiet))


def _heartbeat(settings: Settings, http: OperatedHttp) -> Listener:
    url = settings.watch_heartbeat_url
    text = "" if url is None else url.get_secret_value()
    beats = Heartbeat(http, text, settings.watch_heartbeat_method)
    return Listener(kind=HEARTBEAT, reminder=beats)


def receivers_of(
    settings: Settings, http: OperatedHttp | None = None
) -> Mapping[str, Listener]:
    """Those of the file, by name.

    Raises:
        ConfigurationError: which one is wrong, and what was expected.
    """
    http = OperatedHttp() if http is None else http
    path = settings.watch_receivers_file
    if path is None:
        return {}
    links = Links(settings.watch_dashboard_url, settings.watch_runbook_url)
    found: dict[str, Listener] = {}
    for name, one in read_receivers(_secret_text(path), str(path)).items():
        try:
            found[name] = _receiver(one, settings, http, links)
        except ConfigurationError as error:
            raise ConfigurationError(f"{path}: {name}: {error}") from None
    return found


def _receiver(
    one: ReceiverSettings, settings: Settings, http: OperatedHttp, links: Links
) -> Listener:
    wants = Receiver(
        severities=frozenset({Severity(one.severity)} if one.severity else Severity),
        rules=tuple(one.rules),
        quiet=_quiet(one.quiet_hours),
    )
    if one.alertmanager is not None:
        given = one.authorization
        authorization = "" if given is None else given.get_secret_value()
        manager = Alertmanager(http, one.alertmanager, authorization, links)
        return Listener(
            kind="alertmanager", sink=manager, reminder=manager, receiver=wants
        )
    url = "" if one.apprise is None else one.apprise.get_secret_value()
    people = People(AppriseService(url), links)
    if wants.quiet is None:
        quiet = _quiet(settings.watch_quiet_hours)
        wants = Receiver(severities=wants.severities, rules=wants.rules, quiet=quiet)
    return Listener(kind="apprise", sink=people, receiver=wants)


def _secret_text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            if mode & _OTHERS:
                raise ConfigurationError(
                    f"{path} can be read by others (mode {mode:04o}); chmod 600 {path}"
                )
            return file.read().decode(errors="replace")
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror or error}") from None


def _quiet(text: str | None) -> QuietHours | None:
    return None if text is None else QuietHours(*quiet_hours(text))
