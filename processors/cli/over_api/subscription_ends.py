"""`bus subscriptions test`, `verify`, `reseal` and `apply` over the HTTP API."""

from collections.abc import Mapping
from pathlib import Path
from typing import cast

from bus.api import AsyncApi
from bus.api.models import Document, TestEvent, Verification
from bus.webhook.signing import PRIVATE_PREFIX
from processors.cli.control import FAILED, GOOD, print_json, read_text
from processors.cli.over_api.given import Given, as_here
from processors.cli.over_api.working import finished
from processors.cli.subscription_telling import (
    ask_to_prune,
    tell,
    tell_resealed,
    tell_trial,
)
from processors.cli.subscription_view import handed, print_plan, print_verified
from processors.subscriptions.document import read_whole


async def trial(api: AsyncApi, given: Given) -> int:
    """One signed sample, from the gateway straight to the endpoint."""
    wanted: TestEvent = {"type": given.maybe("event_type")}
    came = await api.test_subscription(given.text("subscription_id"), wanted)
    return tell_trial({**came}, as_json=given.as_json)


async def verify(api: AsyncApi, given: Given) -> int:
    """Ask its endpoint whether it wants events."""
    asked: Verification = {"trust": given.flag("trust")}
    said = await api.verify_subscription(given.text("subscription_id"), asked)
    stands = as_here(said["subscription"])
    told = {**said, "subscription": stands}
    print_verified(told, stands, as_json=given.as_json)
    return GOOD if said["wanted"] else FAILED


async def reseal(api: AsyncApi, given: Given) -> int:
    """Seal all secrets with the newest key that the gateway has."""
    done = await finished(api, await api.reseal_subscriptions())
    ids = cast("list[str]", done["resealed"])
    dark = cast("list[str]", done["unreadable"])
    return tell_resealed(ids, dark, as_json=given.as_json)


async def apply(api: AsyncApi, given: Given) -> int:
    """The difference first, then its steps."""
    file, prune, dry = given.text("file"), given.flag("prune"), given.flag("dry_run")
    folder = Path() if file == "-" else Path(file).parent
    declared = {"subscriptions": read_whole(read_text(file), folder, file)}
    wanted = cast("Document", declared)
    plan = (await api.apply_subscriptions(wanted, dry_run=True, prune=prune))["plan"]
    steps: list[dict[str, object]] = [{**step} for step in plan]
    if not given.as_json:
        print_plan(steps, dry=dry)
    done: list[dict[str, object]] = []
    if not dry:
        ask_to_prune(steps, yes=given.flag("yes"))
        trust = given.flag("trust") or None
        did = await api.apply_subscriptions(wanted, prune=prune, trust=trust)
        for one in did["done"]:
            tell(done, _row(one), one["warnings"], as_json=given.as_json)
    if given.as_json:
        print_json({"plan": steps, "done": done})
    return GOOD


def _row(step: Mapping[str, object]) -> dict[str, object]:
    secret = cast("str | None", step["secret"])
    scheme = "v1a" if secret and secret.startswith(PRIVATE_PREFIX) else "v1"
    return {"id": step["id"], "action": step["action"], **handed(secret, scheme)}
