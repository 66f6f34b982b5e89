"""Taking a source on, changing it, pausing it, rotating its secret, removing it."""

from base64 import urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bus.delivery.succession import ROTATED, rotated_just_now
from bus.errors import ConflictError, InvalidSourceError, SourceStateError
from bus.intake.sources import PublicKey, Source, SourceSecret, State, path_digest
from bus.intake.verifying.secrets import Kind, kind_of, made, why_not_next
from processors.sources.checks import channel_of, refuse, warnings
from processors.sources.document import Draft, Fields, changing, draft
from processors.sources.world import SourcesWorld, find

_PATH_BYTES = 24
_MOST_LIVE = 10


@dataclass(frozen=True, slots=True)
class Taken:
    """A source as it now stands, and what to tell its owner.

    `secret` and `path_secret` are there if they are new: shown once, then never.
    """

    source: Source
    secret: str | None = field(default=None, repr=False)
    path_secret: str | None = field(default=None, repr=False)
    warnings: Sequence[str] = ()


async def add(world: SourcesWorld, wanted: Draft) -> Taken:
    """Check a draft, make its topics, then its record.

    Raises:
        InvalidSourceError: with all problems; nothing was made.
        TopicError, PublishError: it was not made; adding it again goes on.
    """
    await world.table.ready()
    if world.table.get(wanted.source.id) is not None:
        raise SourceStateError("id", f"{wanted.source.id} exists already")
    refuse(world.channels, wanted)
    channel = channel_of(world.channels, wanted.source.channel)
    kind = kind_of(channel.verifier)
    secret = wanted.secret
    if secret is None and kind not in {Kind.NONE, Kind.PUBLIC, Kind.GIVEN}:
        secret = made(kind, world.random_bytes)
    hides = wanted.path_secret
    path = _path(world) if hides or (hides is None and kind is Kind.NONE) else None
    now = world.writer.now
    source = wanted.source.model_copy(
        update={
            "secrets": () if secret is None else (_secret(world, secret, now),),
            "public_keys": tuple(_key(world, pem, now) for pem in wanted.public_keys),
            "path_secret": path_digest(wanted.source.id, path) if path else "",
        }
    )
    await make_topics(world, source)
    stands = await world.writer.add(source)
    new = secret if wanted.secret is None else None
    return Taken(stands, new, path, warnings(stands, channel))


async def update(
    world: SourcesWorld,
    source_id: str,
    fields: Fields,
    *,
    if_version: str | None = None,
) -> Taken:
    """Change the written fields of a source, leave the others.

    Public keys that are given join those there are.

    Raises:
        SourceNotFoundError: there is none with this id.
        InvalidSourceError: with all problems; nothing was changed.
        VersionMismatchError: it is not as it was in `if_version` any more.
    """
    await world.table.ready()
    if "secret" in fields or "secret_file" in fields:
        raise InvalidSourceError("secret", "is replaced by: bus sources rotate-secret")
    old = find(world, source_id)
    change = changing(fields)
    beside = draft({"id": "source", "channel": old.channel, **_beside(fields)})
    path = _path(world) if beside.path_secret and not old.path_secret else None

    def anew(stands: Source) -> Source:
        new = with_keys(world, change(stands), beside.public_keys)
        if beside.path_secret is False:
            return new.model_copy(update={"path_secret": ""})
        digest = path_digest(source_id, path) if path else new.path_secret
        return new.model_copy(update={"path_secret": digest})

    refuse(world.channels, Draft(anew(old), None, beside.public_keys))
    await make_topics(world, anew(old))
    written = await world.writer.update(source_id, anew, if_version=if_version)
    channel = channel_of(world.channels, written.channel)
    return Taken(written, None, path, warnings(written, channel))


def _beside(fields: Fields) -> Fields:
    return {n: v for n, v in fields.items() if n in {"public_keys", "path_secret"}}


def with_keys(world: SourcesWorld, source: Source, pems: Sequence[str]) -> Source:
    """The source with these public keys as well, those it has not yet."""
    has = {one.pem for one in source.public_keys}
    now = world.writer.now
    new = tuple(_key(world, pem, now) for pem in pems if pem not in has)
    if not new:
        return source
    return source.model_copy(update={"public_keys": (*source.public_keys, *new)})


async def pause(
    world: SourcesWorld,
    source_id: str,
    reason: str = "",
    *,
    if_version: str | None = None,
) -> Taken:
    """Answer its sender as if there were no such source, until `resume`."""
    return await _turned(world, source_id, State.PAUSED, reason, if_version)


async def resume(
    world: SourcesWorld, source_id: str, *, if_version: str | None = None
) -> Taken:
    """Take submissions again."""
    return await _turned(world, source_id, State.ACTIVE, "", if_version)


async def _turned(
    world: SourcesWorld,
    source_id: str,
    state: State,
    reason: str,
    if_version: str | None,
) -> Taken:
    await world.table.ready()
    find(world, source_id)
    if not reason.isprintable() or len(reason) > 500:  # noqa: PLR2004 - characters of a line
        why = "expected one line without control characters, of at most 500"
        raise InvalidSourceError("reason", why)
    update = {"state": state, "state_reason": reason}
    action = "pause" if state is State.PAUSED else "resume"
    written = await world.writer.update(
        source_id,
        lambda old: old.model_copy(update=update),
        if_version=if_version,
        action=action,
    )
    return Taken(written)


async def rotate(
    world: SourcesWorld,
    source_id: str,
    grace_s: float,
    *,
    text: str | None = None,
    if_version: str | None = None,
) -> Taken:
    """Give a source a new secret; the old ones count for `grace_s` more.

    One whose channel has no secrets gets a new path secret, and the old address counts
    for `grace_s` more.

    Raises:
        SourceNotFoundError: there is none with this id.
        InvalidSourceError: `text` is no secret of this channel.
        ConflictError: it was rotated meanwhile, or just now.
    """
    await world.table.ready()
    old = find(world, source_id)
    kind = kind_of(channel_of(world.channels, old.channel).verifier)
    if kind is Kind.NONE:
        return await _readdress(world, old, text, grace_s, if_version)
    if (why := why_not_next(kind, text)) is not None:
        raise InvalidSourceError("secret", why)
    if any(one.value == text and one.until is None for one in old.secrets):
        raise SourceStateError("secret", "it is verified with this one already")
    new = made(kind, world.random_bytes) if text is None else text
    secret = _secret(world, new, world.writer.now)
    since = [one.since for one in old.secrets]
    if not (if_version or text) and rotated_just_now(since, secret.since):
        raise ConflictError(ROTATED.format(old.id))
    written = await world.writer.update(
        source_id,
        _rotating(secret, grace_s, old),
        if_version=if_version,
        action="rotate",
    )
    return Taken(written, new if text is None else None)


def _rotating(
    secret: SourceSecret, grace_s: float, over: Source
) -> Callable[[Source], Source]:
    """The new secret first, the others until the grace ends; of several at once one."""
    end = secret.since + timedelta(seconds=grace_s)
    known = {secret.id, *(one.id for one in over.secrets)}

    def change(old: Source) -> Source:
        if any(one.id not in known for one in old.secrets):
            raise ConflictError(ROTATED.format(old.id))
        kept = [
            one.model_copy(update={"until": min(one.until or end, end)})
            for one in old.secrets
            if one.value != secret.value
        ]
        live = [one for one in kept if one.until is None or one.until > secret.since]
        return old.model_copy(update={"secrets": (secret, *live)[:_MOST_LIVE]})

    return change


async def _readdress(
    world: SourcesWorld,
    old: Source,
    text: str | None,
    grace_s: float,
    if_version: str | None,
) -> Taken:
    if text is not None:
        raise InvalidSourceError(
            "secret", "its channel has none; the path secret is made"
        )
    path = _path(world)
    digest = path_digest(old.id, path)
    until = world.writer.now + timedelta(seconds=grace_s)

    def change(stands: Source) -> Source:
        if stands.path_secret not in {old.path_secret, digest}:
            raise ConflictError(ROTATED.format(old.id))
        counts = bool(stands.path_secret) and grace_s > 0
        update = {
            "path_secret": digest,
            "old_path_secret": stands.path_secret if counts else "",
            "old_path_until": until if counts else None,
        }
        return stands.model_copy(update=update)

    written = await world.writer.update(
        old.id,
        change,
        if_version=if_version,
        action="rotate",
    )
    return Taken(written, None, path)


async def remove(
    world: SourcesWorld,
    source_id: str,
    *,
    purge: bool = False,
    if_version: str | None = None,
) -> Sequence[str]:
    """Take a source out; its topics go with `purge` alone, then or later.

    What it sent stays readable until then, or until it is too old. Returns the topics
    that were deleted.

    Raises:
        SourceNotFoundError: there is none with this id.
    """
    await world.table.ready()
    layouts = world.topology.topics_of_source(source_id, fetches=True)
    topics = {topic.name for topic in layouts}
    left = sorted(topics & await world.topics.names()) if purge else []
    gone = world.table.get(source_id) is None
    if gone and not left and source_id not in world.table.unreadable:
        find(world, source_id)
    if not gone or source_id in world.table.unreadable:
        await world.writer.remove(source_id, if_version=if_version)
    await world.topics.delete(left)
    return left


async def make_topics(world: SourcesWorld, source: Source) -> None:
    """Make the topics that a source has; those that are there stay as they are."""
    fetches = source.fetch is not None
    topics = world.topology.topics_of_source(source.id, fetches=fetches)
    await world.topics.create(topics)


def _secret(world: SourcesWorld, text: str, now: datetime) -> SourceSecret:
    name = f"s{world.random_bytes(4).hex()}"
    return SourceSecret(id=name, value=text, since=now)


def _key(world: SourcesWorld, pem: str, now: datetime) -> PublicKey:
    return PublicKey(id=f"k{world.random_bytes(4).hex()}", pem=pem, since=now)


def _path(world: SourcesWorld) -> str:
    return urlsafe_b64encode(world.random_bytes(_PATH_BYTES)).decode()
