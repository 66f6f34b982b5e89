"""How `bus subscriptions` shows things; secrets never reach this file but once."""

import json
from collections.abc import Mapping, Sequence

from rich.text import Text

from bus.delivery.subscription import Subscription
from bus.webhook.signing import public_key
from processors.cli.called import bus
from processors.cli.control import console, print_json, warn
from processors.screen.console import AsItStands
from processors.screen.prose import titled, width_of_output
from processors.screen.tables import Cell, Column, print_table
from processors.subscriptions.applying import Action, Step
from processors.subscriptions.onboarding import Taken
from processors.subscriptions.proof import Proof, Unproven
from processors.subscriptions.showing import Shown, shown

_COLOURS = {
    Action.CREATE: ("+", "green"),
    Action.UPDATE: ("~", "yellow"),
    Action.KEEP: ("=", "dim"),
    Action.REMOVE: ("-", "red"),
}
_STATES = {"active": "green", "paused": "yellow", "disabled": "red", "removing": "red"}


_LISTED = (
    Column("ID"),
    Column("STATE", rank=1),
    Column("PENDING", rank=2, right=True),
    Column("DEAD", rank=3, right=True),
    Column("BREAKER", rank=4),
    Column("TYPES", rank=6),
    Column("ENDPOINT", rank=5),
    Column("OWNER", rank=7),
)


def print_list(rows: Sequence[Shown]) -> None:
    """One line a subscription."""
    if not rows:
        console().print("There are no subscriptions. Add one: bus subscriptions add")
        return
    cells: list[list[Cell | str]] = [
        [
            str(row["id"]),
            _state(row),
            _known(row.get("pending")),
            _dead(row),
            _known(row.get("breaker")),
            _text(row.get("types", [])),
            str(row.get("endpoint", row.get("why", ""))),
            str(row.get("owner", "")),
        ]
        for row in rows
    ]
    print_table(console(), _LISTED, cells)


def _state(row: Shown) -> Cell:
    state = str(row["state"])
    if row.get("unproven") and state == "active":
        return Cell("unproven", style="yellow")
    return Cell(state, style=_STATES.get(state, "red"))


def _known(value: object) -> str:
    return "?" if value is None else str(value)


def _dead(row: Shown) -> str:
    at_most = "≤" if row.get("dead_exact") is False else ""
    return at_most + _known(row.get("dead"))


def print_fields(fields: Mapping[str, object]) -> None:
    """Name and value, one a line."""
    beside = max(len(name) for name in fields) + 2
    width = width_of_output()
    for name, value in fields.items():
        texts = [_text(value)]
        if name == "secrets" and isinstance(value, list):
            texts = [_text(secret) for secret in value]
        if not any(texts):
            continue
        title = name
        for text in texts:
            for line in titled(title, text, beside, width):
                said = Text(line)
                said.stylize("bold", 0, beside)
                console().print(said)
            title = ""


def print_taken(taken: Taken, done: str, *, as_json: bool) -> None:
    """Say what was done, and show a new secret, this once."""
    warn(*taken.warnings)
    print_told(taken.subscription.id, taken_json(taken), done, as_json=as_json)


def print_told(
    subscription_id: str, told: Mapping[str, object], done: str, *, as_json: bool
) -> None:
    """The same from plain values: `subscription`, and what is to be handed over."""
    if as_json:
        print_json(told)
        return
    console().print(Text(f"{subscription_id}: {done}", style="green"))
    for name in told.keys() & {"secret", "public_key"}:
        value = told[name]
        title = "Signing secret, shown only now" if name == "secret" else "Public key"
        console().print(f"{title}: {value}")
    if done == "added" and console().is_terminal and _untried(told["subscription"]):
        console().print(
            f"Try it with a signed test event: {bus()} subscriptions test"
            f" {subscription_id}"
        )


def _untried(subscription: object) -> bool:
    """Whether events go there from now on, so that a first one may be tried."""
    return isinstance(subscription, Mapping) and not subscription["unproven"]


def taken_json(taken: Taken) -> Shown:
    """The subscription and its new secret as plain values."""
    secrets = taken.subscription.secrets
    scheme = secrets[0].scheme if secrets else ""
    return {"subscription": shown(taken.subscription), **handed(taken.secret, scheme)}


def handed(secret: str | None, scheme: str) -> Shown:
    """What the partner needs for checking: of an ed25519 pair only the public key."""
    if secret is None:
        return {}
    if scheme == "v1a":
        return {"public_key": public_key(secret)}
    return {"secret": secret}


def verified_json(subscription: Subscription, proof: Proof | Unproven) -> Shown:
    """Whether an endpoint wants events, and how it said so, as plain values."""
    wants = isinstance(proof, Proof)
    how = proof.how.value if isinstance(proof, Proof) else proof.why
    return {"wanted": wants, "how": how, "subscription": shown(subscription)}


def print_verified(told: Shown, stands: Shown, *, as_json: bool) -> None:
    """The same in a sentence; `stands` is the subscription."""
    if as_json:
        print_json(told)
        return
    name, how, rate = stands["id"], told["how"], stands["allowed_rate"]
    if told["wanted"]:
        most = "" if rate is None else f", {float(str(rate)):g} a second at most"
        text = f"{name}: its endpoint wants events: {how}{most}"
        console().print(Text(text, style="green"))
        return
    held = "; events wait" if stands["unproven"] else "; it did once, so they go on"
    text = f"{name}: its endpoint does not say that it wants events: {how}{held}"
    console().print(Text(text, style="red"))


def print_plan(steps: Sequence[Shown], *, dry: bool) -> None:
    """The difference between what is and what the file says; see `plan_json`."""
    for step in steps:
        mark, colour = _COLOURS[Action(str(step["action"]))]
        line = Text(f"{mark} {step['id']}  {step['action']}", style=colour)
        console().print(line)
        changed = step["changes"]
        for one in changed if isinstance(changed, list) else []:
            left, right = _text(one["old"]), _text(one["new"])
            text = Text(f"    {one['field']}: ")
            text.append(left or "(none)", style="red").append(" → ")
            console().print(text.append(right or "(none)", style="green"))
    changes = sum(step["action"] != Action.KEEP.value for step in steps)
    would = "would change" if dry else "to change"
    console().print(f"{changes} {would}, {len(steps) - changes} as declared")


def plan_json(steps: Sequence[Step]) -> list[Shown]:
    """The plan as plain values."""
    return [
        {
            "id": step.id,
            "action": step.action.value,
            "changes": [
                {"field": field, "old": old, "new": new}
                for field, old, new in step.changes
            ],
        }
        for step in steps
    ]


def print_trial(fields: Shown, sent: Shown) -> None:
    """What came of a trial (`trial_shown`), and what was sent."""
    outcome, answer = fields["outcome"], fields["status"] or fields["kind"]
    colour = "green" if outcome == "accepted" else "red"
    took_ms = float(str(fields["latency_ms"]))
    console().print(Text(f"{outcome}  {answer}  {took_ms:.0f} ms", style=colour))
    if not fields["passes_filter"]:
        warn("the filter lets none of the samples through; sent one all the same")
    if excerpt := fields["excerpt"] or fields["detail"]:
        console().print(Text(f"answer: {excerpt}"))
    console().print(Text(f"sent:   {fields['event_type']}"))
    headers = sent["headers"]
    for name, value in headers.items() if isinstance(headers, dict) else ():
        console().print(AsItStands(f"  {name}: {value}", "dim"))
    console().print(AsItStands(f"\n  {sent['body']}", "dim"))


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(v, str | int) for v in value):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return ", ".join(f"{k}={_text(v)}" for k, v in value.items() if v is not None)
    return json.dumps(value, ensure_ascii=False)
