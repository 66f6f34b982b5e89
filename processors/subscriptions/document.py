"""Subscriptions as people write them: in YAML, and on the command line.

They differ from the model in few things: `max_age: 2d` and `timeout: 5s` are
durations, long texts may stand in files of their own (`ca_file`,
`client_certificate_file`, `client_key_file`, a header's `{file: …}`, `secret_file`),
nobody writes what the bus keeps itself (secrets, state, times), and `starts` is the
state of a new one only.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias, cast

from bus.contracts.yamltext import read_yaml
from bus.delivery.expressions import compile_expression
from bus.delivery.subscription import Subscription, parse_subscription
from bus.errors import ConfigurationError, InvalidSubscriptionError
from bus.expected import among
from processors.subscriptions.reading import Problem, Reading

Fields: TypeAlias = Mapping[str, object]

DURATIONS = {"max_age": "max_age_s", "timeout": "timeout_s"}
KEPT = frozenset(
    {
        "secrets",
        "state",
        "state_reason",
        "past_tiers",
        "unproven",
        "allowed_rate",
        "created_at",
        "updated_at",
        *DURATIONS.values(),
    }
)
"""Fields of the model that nobody declares under that name."""

WRITTEN = tuple(
    sorted(
        {
            *(set(Subscription.model_fields) - KEPT),
            *DURATIONS,
            "secret_file",
            "starts",
        }
    )
)
"""The names that may be written."""


@dataclass(frozen=True)
class Draft:
    """A subscription as somebody wants it: without the secrets and the state.

    `secret` is the signing secret of `secret_file`, if one was named.
    """

    subscription: Subscription
    secret: str | None = field(default=None, repr=False)


def read_drafts(text: str, folder: Path, named: str = "the file") -> list[Draft]:
    """Read a YAML file: a list of subscriptions, or `subscriptions:` with one.

    File names in it are relative to `folder`; `named` is how people call it.

    Raises:
        InvalidSubscriptionError: with every problem of all of them; fields read
            `<id or place>.<field>`.
        ConfigurationError: not YAML, or not a list.
    """
    drafts: list[Draft] = []
    problems: list[Problem] = []
    for place, entry in enumerate(_entries(text, named), 1):
        name = str(entry.get("id", f"#{place}"))
        try:
            drafts.append(draft(entry, folder))
        except InvalidSubscriptionError as error:
            problems += [(f"{name}.{where}", why) for where, why in error.problems]
    ids = [d.subscription.id for d in drafts]
    problems += [(f"{i}.id", "is there twice") for i in twice(ids)]
    if problems:
        first, *more = problems
        raise InvalidSubscriptionError(*first, *more)
    return drafts


def twice(ids: Sequence[str]) -> Sequence[str]:
    """Those that are there more than once."""
    return sorted({i for i in ids if ids.count(i) > 1})


def _entries(text: str, named: str) -> list[Fields]:
    try:
        loaded = read_yaml(text)
    except ConfigurationError as error:
        raise ConfigurationError(f"{named}: {error}") from None
    if isinstance(loaded, dict) and set(loaded) == {"subscriptions"}:
        loaded = loaded["subscriptions"]
    if loaded is None:
        return []
    if not isinstance(loaded, list) or not all(isinstance(e, dict) for e in loaded):
        why = "expected `subscriptions:` with a list, each a mapping: id, url, types, …"
        raise ConfigurationError(f"{named}: {why}")
    return [cast("Fields", entry) for entry in loaded]


def read_whole(text: str, folder: Path, named: str = "the file") -> list[Fields]:
    """What a YAML file declares, the texts of all files that it names in their place.

    Raises:
        InvalidSubscriptionError: a file cannot be read.
        ConfigurationError: not YAML, or not a list.
    """
    return [whole(entry, folder) for entry in _entries(text, named)]


def whole(fields: Fields, folder: Path) -> Fields:
    """Written fields without names of files: as somebody takes them who has none.

    Raises:
        InvalidSubscriptionError: a file cannot be read.
    """
    reading = Reading(folder)
    told: dict[str, object] = {}
    for name, value in fields.items():
        if name == "secret_file":
            told["secret"] = reading.text(name, value).strip()
        elif name == "objective":
            told[name] = reading.plain_objective(value)
        elif name in DURATIONS and isinstance(value, int | float):
            told[name] = f"{value}s"
        else:
            told[name] = reading.field(name, value)
    if reading.problems:
        first, *more = reading.problems
        raise InvalidSubscriptionError(*first, *more)
    return told


def draft(fields: Fields, folder: Path) -> Draft:
    """Make a draft of written fields.

    Raises:
        InvalidSubscriptionError: with every problem.
    """
    model, secret, problems = _read(fields, folder)
    subscription = _parse(model, problems)
    return Draft(subscription, secret)


def judge(fields: Fields, folder: Path) -> None:
    """Refuse written fields that are wrong whatever the others are.

    Raises:
        InvalidSubscriptionError: with every problem of a field by itself.
    """
    model, _, problems = _read(fields, folder)
    headers = cast("Mapping[str, str]", model.pop("headers", {}))
    model["headers"] = {name: value for name, value in headers.items() if value}
    try:
        parse_subscription({**_ANY, **model})
    except InvalidSubscriptionError as error:
        problems += [(_as_written(f), why) for f, why in error.problems if f]
    for name in ("filter", "transform"):
        if isinstance(text := model.get(name), str):
            problems += _expression(text, name)
    if problems:
        first, *more = _distinct(problems)
        raise InvalidSubscriptionError(*first, *more)


def _expression(text: str, field: str) -> Sequence[Problem]:
    try:
        compile_expression(text, field)
    except InvalidSubscriptionError as error:
        return error.problems
    return ()


_ANY = {"id": "any", "url": "https://any.example/", "types": ["*"]}


def changing(fields: Fields, folder: Path) -> Callable[[Subscription], Subscription]:
    """Make a change of written fields; all others stay as they are.

    Header names that are given join those there are, an empty value takes one away; of
    the objective, what is given changes.

    Raises:
        InvalidSubscriptionError: with every problem, now or by the change.
    """
    model, _, problems = _read(fields, folder)
    if problems:
        first, *more = problems
        raise InvalidSubscriptionError(*first, *more)
    model.pop("state", None)  # how a new one begins
    headers = model.pop("headers", {})
    aims = dict(cast("Fields", model.pop("objective", None) or {}))

    def change(old: Subscription) -> Subscription:
        merged = _merged(old.headers, cast("Mapping[str, str]", headers))
        nested = {"headers": merged, "objective": old.objective.model_dump() | aims}
        new = _parse(old.model_dump() | model | nested, [])
        if new.id != old.id:
            raise InvalidSubscriptionError("id", "cannot be changed")
        return new

    return change


def _merged(old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, str]:
    given = {name.lower() for name in new}
    kept = {name: value for name, value in old.items() if name.lower() not in given}
    return kept | {name: value for name, value in new.items() if value}


def _parse(model: Fields, problems: list[Problem]) -> Subscription:
    try:
        subscription = parse_subscription(model)
    except InvalidSubscriptionError as error:
        problems = problems + [(_as_written(f), why) for f, why in error.problems]
    else:
        if not problems:
            return subscription
    first, *more = _distinct(problems)
    raise InvalidSubscriptionError(*first, *more)


def _read(
    fields: Fields, folder: Path
) -> tuple[dict[str, object], str | None, list[Problem]]:
    reading = Reading(folder)
    model: dict[str, object] = {}
    secret: str | None = None
    for name, value in fields.items():
        if name == "secret_file":
            secret = reading.text(name, value).strip()
        elif name == "starts":
            model["state"] = reading.start(value)
        elif name in DURATIONS:
            model[DURATIONS[name]] = reading.duration(name, value)
        elif name not in WRITTEN:
            reading.problems.append((name, _unknown(name)))
        else:
            model[name] = reading.field(name, value)
    return model, secret, reading.problems


def _unknown(name: str) -> str:
    if name in DURATIONS.values():
        return f"write {name.removesuffix('_s')}, a duration such as 5s or 2d"
    if name == "state":
        return "is kept by the bus; a new one is made paused by `starts: paused`"
    if name in KEPT:
        return "is kept by the bus and cannot be declared"
    return f"no such field; {among(name, WRITTEN)}"


def _as_written(name: str) -> str:
    timed = name in DURATIONS.values() or name == "objective.p95_s"
    return name.removesuffix("_s") if timed else name


def _distinct(problems: list[Problem]) -> list[Problem]:
    """One problem a field; a file that cannot be read is no missing text, too."""
    return list({name: (name, why) for name, why in reversed(problems)}.values())[::-1]
