"""`bus replay` over the HTTP API."""

from collections.abc import Mapping
from typing import cast

from bus.api import AsyncApi
from bus.api.models import SpanPlan, SpanSelection
from processors.cli.control import GOOD
from processors.cli.dlq_redrive import bar
from processors.cli.over_api.given import Given
from processors.cli.over_api.working import finished, tell_note
from processors.cli.replay_work import Replayed, ask_to_replay, say_replayed


async def replay(api: AsyncApi, given: Given) -> int:
    """Deliver a span once more after asking, or only count it."""
    name, dry = given.text("subscription_id"), given.flag("dry_run")
    since, until = given.text("since"), given.text("until")
    body: dict[str, object] = {
        "since": since,
        "until": until,
        "types": given.texts("types"),
        "order": given.maybe("order"),
        "event": given.maybe("event"),
        "force": given.flag("force"),
    }
    meant = cast("SpanSelection", body)
    plan = (await api.replay_span(name, meant, dry_run=True))["plan"]
    tell_note(plan)
    if dry:
        say_replayed(_done(plan, {}, dry_run=True), as_json=given.as_json)
        return GOOD
    if not given.flag("yes"):
        ask_to_replay(name, f"{since} to {until}", plan["wanted"], plan["by_type"])
    with bar(f"delivering to {name}", None):
        work = await api.replay_span(name, meant)
        did = await finished(api, work["job"])
    say_replayed(_done(work["plan"], did, dry_run=False), as_json=given.as_json)
    return GOOD


def _done(plan: SpanPlan, did: Mapping[str, object], *, dry_run: bool) -> Replayed:
    """What the job did; in all else it is what was planned."""
    failed = int(str(did.get("failed", 0)))
    wanted = int(str(did["done"])) + failed if "done" in did else plan["wanted"]
    return Replayed(
        subscription=plan["subscription"],
        dry_run=dry_run,
        to=plan["to"],
        read=plan["read"],
        wanted=wanted,
        too_large=failed,
        by_type=plan["by_type"],
        undecodable=plan["undecodable"],
        failed_filters=plan["failed_filters"],
        complete=plan["complete"] or not dry_run,
    )
