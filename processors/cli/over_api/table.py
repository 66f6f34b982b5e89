"""Which commands go over the HTTP API, and what carries each out."""

from collections.abc import Awaitable, Callable, Mapping
from importlib import import_module

import typer

from bus.api import AsyncApi
from bus.errors import ConfigurationError
from processors.cli.over_api.given import Given

Work = Callable[[AsyncApi, Given], Awaitable[int]]

COMMANDS: Mapping[str, str] = {
    "subscriptions add": "subscriptions.add",
    "subscriptions list": "subscriptions.list_",
    "subscriptions show": "subscriptions.show",
    "subscriptions update": "subscriptions.update",
    "subscriptions pause": "subscriptions.pause",
    "subscriptions resume": "subscriptions.resume",
    "subscriptions rotate-secret": "subscriptions.rotate",
    "subscriptions remove": "subscriptions.remove",
    "subscriptions test": "subscription_ends.trial",
    "subscriptions verify": "subscription_ends.verify",
    "subscriptions apply": "subscription_ends.apply",
    "subscriptions reseal": "subscription_ends.reseal",
    "sources add": "sources.add",
    "sources list": "sources.list_",
    "sources show": "sources.show",
    "sources health": "sources.health",
    "sources request": "sources.request",
    "sources update": "sources.update",
    "sources pause": "sources.pause",
    "sources resume": "sources.resume",
    "sources rotate-secret": "sources.rotate",
    "sources remove": "sources.remove",
    "sources apply": "sources.apply",
    "events send": "events.send",
    "events search": "events.search",
    "events list": "logged.events",
    "attempts": "logged.attempts",
    "dlq list": "letters.list_",
    "dlq show": "letters.show",
    "dlq replay": "letters.replay",
    "dlq discard": "letters.discard",
    "quarantine list": "quarantine.list_",
    "quarantine show": "quarantine.show",
    "quarantine replay": "quarantine.replay",
    "quarantine discard": "quarantine.discard",
    "intake parked groups": "parked.groups",
    "intake parked list": "parked.list_",
    "intake parked show": "parked.show",
    "intake parked edit": "parked.edit",
    "intake parked release": "parked.release",
    "intake parked reject": "parked.reject",
    "intake parked assign": "parked.assign",
    "intake parked snooze": "parked.snooze",
    "intake parked split": "parked.split",
    "intake parked fix": "parked_fix.fix",
    "replay": "spans.replay",
    "keys create": "keys.create",
    "keys list": "keys.list_",
    "keys rotate": "keys.rotate",
    "keys revoke": "keys.revoke",
    "portal link": "keys.portal_link",
    "jobs list": "jobs.list_",
    "jobs show": "jobs.show",
    "jobs cancel": "jobs.cancel",
    "audit": "history.audit",
    "diagnose": "diagnosing.diagnose",
    "events show": "records.show",
    "trace": "reading.trace",
    "tail": "tailing.tail",
    "acks add": "reading.add_acks",
    "status": "reading.status",
    "forecast": "watching.forecast",
    "health": "watching.health",
    "objectives": "watching.objectives",
    "alerts list": "watching.alerts",
    "alerts sinks": "watching.sinks",
    "alerts test": "watching.test_sinks",
    "alerts silences": "watching.silences",
    "alerts silence": "watching.silence",
    "alerts unsilence": "watching.unsilence",
    "rules list": "rules.list_",
    "rules effective": "rules.effective",
    "rules apply": "rules.apply",
    "rules proposals": "rules.proposals",
    "lookups list": "lookups.list_",
    "lookups show": "lookups.show",
    "lookups load": "lookups.load",
    "lookups set": "lookups.set_",
    "lookups remove": "lookups.remove",
    "migrate plan": "migrations.plan",
    "migrate status": "migrations.status",
    "migrate step": "migrations.step",
    "migrate back": "migrations.back",
    "migrate owner": "migrations.owner",
    "migrate remove": "migrations.remove",
    "migrate report": "migrations.report",
    "config": "settings.config",
    "schemas diff": "schemas.diff",
}
"""By a command's name what carries it out: a module here, and a function of it."""


def work_of(name: str) -> Work | None:
    """What carries a command out, or None. Of the others nothing is imported."""
    found = COMMANDS.get(name)
    if found is None:
        return None
    module, _, function = found.partition(".")
    work: Work = getattr(import_module(f"processors.cli.over_api.{module}"), function)
    return work


async def run_over_api(ctx: typer.Context, url: str, key: str) -> int:
    """Carry a command out; return its exit code.

    Raises:
        ConfigurationError: it cannot go this way.
    """
    name = " ".join(ctx.command_path.split()[1:])
    work = work_of(name)
    if work is None:
        raise ConfigurationError(
            "this command does not go through the API (ORDERBUS_URL). Name the"
            f" brokers: bus --bootstrap-servers HOST:PORT {name} …"
        )
    async with AsyncApi(url, key=key or None) as api:
        return await work(api, Given(ctx.params))
