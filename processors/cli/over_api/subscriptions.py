"""`bus subscriptions` over the HTTP API."""

from collections.abc import Mapping
from pathlib import Path
from typing import cast

from bus.api import AsyncApi, NotAllowedError, Versioned
from bus.api.models import (
    NewSubscription,
    Rotation,
    SubscriptionChange,
    SubscriptionTaken,
)
from bus.errors import InvalidSubscriptionError
from processors.cli.asking import ask
from processors.cli.control import FAILED, GOOD, console, print_json, read_text, warn
from processors.cli.dlq_redrive import bar
from processors.cli.over_api.given import Given, as_here
from processors.cli.subscription_options import written
from processors.cli.subscription_telling import print_removed, question
from processors.cli.subscription_view import (
    handed,
    print_fields,
    print_list,
    print_told,
)
from processors.subscriptions.document import whole
from processors.subscriptions.removal import Removed

_NO_FIELDS = {"subscription_id", "url", "secret_file", "scheme", "trust", "as_json"}


async def list_(api: AsyncApi, given: Given) -> int:
    """All of them, with what waits where the key may know it."""
    owner = given.maybe("owner")
    known = await _known(api)
    rows = [
        {**known.get(row["id"], {}), **as_here(row)}
        async for row in api.list_subscriptions(limit=250)
        if owner in {None, row["owner"]}
    ]
    if given.as_json:
        print_json(rows)
    else:
        print_list(rows)
    return GOOD


async def _known(api: AsyncApi) -> Mapping[str, Mapping[str, object]]:
    try:
        found = (await api.get_status())["subscriptions"]
    except NotAllowedError:
        return {}
    rows = found if isinstance(found, list) else []
    return {row["id"]: row for row in rows}


async def show(api: AsyncApi, given: Given) -> int:
    """All fields."""
    fields = as_here((await api.get_subscription(given.text("subscription_id"))).value)
    if given.as_json:
        print_json(fields)
    else:
        print_fields(fields)
    return GOOD


async def add(api: AsyncApi, given: Given) -> int:
    """Make one."""
    fields = _fields(given) | {
        "id": given.text("subscription_id"),
        "url": given.text("url"),
        "scheme": given.text("scheme"),
    }
    if file := given.maybe("secret_file"):
        fields["secret"] = read_text(file).strip()
    trust = given.flag("trust") or None
    made = await api.create_subscription(cast("NewSubscription", fields), trust=trust)
    return _tell(made, "added", given)


async def update(api: AsyncApi, given: Given) -> int:
    """Change the fields that were given, of what is there now."""
    fields = _fields(given)
    if url := given.maybe("url"):
        fields["url"] = url
    trust = given.flag("trust") or None
    if not fields and not trust:
        raise InvalidSubscriptionError("options", "nothing to change was given")
    name = given.text("subscription_id")
    now = await api.get_subscription(name)
    change = cast("SubscriptionChange", fields)
    changed = await api.change_subscription(
        name, change, trust=trust, if_match=now.etag
    )
    return _tell(changed, "updated", given)


async def pause(api: AsyncApi, given: Given) -> int:
    """Hold all deliveries."""
    name, reason = given.text("subscription_id"), given.text("reason")
    return _tell(
        await api.pause_subscription(name, {"reason": reason}), "paused", given
    )


async def resume(api: AsyncApi, given: Given) -> int:
    """Deliver again."""
    name = given.text("subscription_id")
    return _tell(await api.resume_subscription(name), "active", given)


async def rotate(api: AsyncApi, given: Given) -> int:
    """A new secret."""
    grace = given.text("grace")
    body: dict[str, object] = {"grace": grace}
    if scheme := given.maybe("scheme"):
        body["scheme"] = scheme
    if file := given.maybe("secret_file"):
        body["secret"] = read_text(file).strip()
    name = given.text("subscription_id")
    rotated = await api.rotate_secret(name, cast("Rotation", body))
    return _tell(rotated, f"rotated, old ones sign for {grace}", given)


async def remove(api: AsyncApi, given: Given) -> int:
    """Remove it, after asking."""
    name, purge = given.text("subscription_id"), given.flag("purge")
    await api.get_subscription(name)
    count = (await _known(api)).get(name, {}).get("pending")
    waiting = count if isinstance(count, int) else 0
    ask(question(name, waiting, purge=purge), yes=given.flag("yes"))
    job = await api.remove_subscription(name, purge=purge)
    with bar("dead-lettering what is pending", None):
        job = await api.finished(job)
    if job["state"] != "done":
        console(stderr=True).print(f"{name}: {job['state']}: {job['error']}")
        return FAILED
    did = job["result"]
    removed = Removed(
        int(str(did["pending"])),
        int(str(did["moved"])),
        cast("list[str]", did["deleted_topics"]),
        bool(did["dead_letters_kept"]),
    )
    print_removed(name, removed, as_json=given.as_json)
    return GOOD


def _tell(answer: Versioned[SubscriptionTaken], done: str, given: Given) -> int:
    taken = answer.value
    shown = taken["subscription"]
    warn(*taken["warnings"])
    scheme = shown["secrets"][0]["scheme"] if shown["secrets"] else ""
    told = {"subscription": as_here(shown), **handed(taken["secret"], scheme)}
    print_told(shown["id"], told, done, as_json=given.as_json)
    return GOOD


def _fields(given: Given) -> dict[str, object]:
    """The options as the API takes them: files are read here, as it reads none."""
    options = {k: v for k, v in given.all.items() if k not in _NO_FIELDS and v != []}
    return dict(whole(written(options), Path()))
