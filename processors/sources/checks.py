"""What a source must be to be taken on: its channel is there, and fits."""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from bus.errors import InvalidSourceError
from bus.expected import among
from bus.intake.channels.definition import Channel
from bus.intake.converters.times import date_pattern
from bus.intake.coverage import read_paths
from bus.intake.fetching.template import host_of
from bus.intake.parsing.csvtree import Dialect
from bus.intake.parsing.dialects import DATES
from bus.intake.parsing.dialects import why_not as why_not_written
from bus.intake.pulling.declared import FolderPull, Pull, QueuePull, names_in
from bus.intake.sources import Fetch, OAuth, Source
from bus.intake.verifying.secrets import Kind, kind_of, why_not
from processors.sources.document import Draft
from processors.sources.world import Channels

_ROWS = "rows."
"""Before columns that are read of each row of an order."""
Problem: TypeAlias = tuple[str, str]


def channel_of(channels: Channels, name: str) -> Channel:
    """The channel of this name.

    Raises:
        InvalidSourceError: there is none, or it is faulty.
    """
    found = channels.get(name)
    if found is not None:
        return found
    names = channels.names()
    if name in names:
        why = f"{name} is faulty; see: bus channels check {name}"
    else:
        why = f"no channel {name!r}; {among(name, names)}"
    raise InvalidSourceError("channel", why)


def refuse(channels: Channels, draft: Draft) -> None:
    """Raise unless a source can be taken on as it is wanted.

    Raises:
        InvalidSourceError: with all problems, each with its field.
    """
    channel = channel_of(channels, draft.source.channel)
    problems = [*_of_source(draft.source, channel), *_of_secrets(draft, channel)]
    if problems:
        first, *more = problems
        raise InvalidSourceError(*first, *more)


def _of_source(source: Source, channel: Channel) -> Iterator[Problem]:
    for name in source.settings:
        if name not in channel.settings:
            known = ", ".join(channel.settings) or "none"
            why = f"{channel.name} has no such setting; it has: {known}"
            yield f"settings.{name}", why
    if channel.dialect is not None:
        yield from _of_dialect(source, channel, channel.dialect)
    if source.burst is not None and source.rate is None:
        yield "burst", "means nothing without a rate"
    if source.fetch is not None and source.fetch.oauth is not None:
        yield from _of_oauth(source.fetch, source.fetch.oauth)
    if source.pull is not None:
        yield from _of_pull(source, source.pull, channel)


def _of_dialect(
    source: Source, channel: Channel, dialect: Dialect
) -> Iterator[Problem]:
    """How its files are written: what cannot be so would park every one of them."""
    read = {name.removeprefix(_ROWS) for name in read_paths(channel)}
    wrong = why_not_written(dialect, source.settings, frozenset(read))
    if wrong is not None:
        yield f"settings.{wrong[0]}", wrong[1]
    form = source.settings.get(DATES, "").strip()
    if form and form.lower() != "iso":
        try:
            date_pattern(form)
        except ValueError as error:
            yield f"settings.{DATES}", str(error)


def _of_oauth(fetch: Fetch, oauth: OAuth) -> Iterator[Problem]:
    host = host_of(oauth.url)
    if host not in fetch.hosts:
        yield "fetch.oauth.url", f"{host} is none of fetch.hosts"
    needed = ["client_secret"]
    needed += ["refresh_token"] if oauth.grant == "refresh_token" else []
    for name in needed:
        if not fetch.credentials.get(name):
            yield "fetch.credentials", f"{name} is missing, which oauth needs"


def _of_folder(fetch: Fetch, pull: FolderPull) -> Iterator[Problem]:
    names = pull.place.names
    if not set(names) & set(fetch.hosts):
        yield "pull.url", f"{names[-1]} is none of fetch.hosts"
    if not {"password", "private_key"} & set(fetch.credentials):
        yield "fetch.credentials", "password or private_key is missing"


def _of_pull(source: Source, pull: Pull, channel: Channel) -> Iterator[Problem]:
    """A list is asked of the hosts of `fetch`, with its credentials; so is a queue."""
    fetch = source.fetch
    if fetch is None:
        yield "pull", "needs fetch: from which hosts, with which credentials"
        return
    if isinstance(pull, FolderPull):
        yield from _of_folder(fetch, pull)
        return
    if isinstance(pull, QueuePull):
        host = host_of(pull.place.root)
        if host not in fetch.hosts:
            yield "pull.url", f"{host} is none of fetch.hosts"
        return
    settings, credentials = names_in(pull)
    for name in sorted(settings - set(channel.settings)):
        known = ", ".join(channel.settings) or "none"
        yield "pull", f"{channel.name} has no setting {name!r}; it has: {known}"
    made = {"access_token"} if fetch.oauth is not None else set[str]()
    for name in sorted(credentials - set(fetch.credentials) - made):
        yield "pull.headers", f"fetch has no credential {name!r}"
    if pull.documents and channel.fetch is None:
        yield "pull.documents", f"{channel.name} fetches no documents"


def _of_secrets(draft: Draft, channel: Channel) -> Iterator[Problem]:
    kind = kind_of(channel.verifier)
    if draft.secret is not None and (why := why_not(kind, draft.secret)) is not None:
        yield "secret", why
    if draft.public_keys and kind is not Kind.PUBLIC:
        yield "public_keys", f"{channel.name} is verified with no public key"


def warnings(source: Source, channel: Channel) -> Sequence[str]:
    """What may be a mistake, one sentence each."""
    kind = kind_of(channel.verifier)
    found = []
    if kind is Kind.NONE and not source.path_secret:
        found.append(
            "nothing is signed, and nothing secret stands in its address: whoever"
            " reaches the door may send"
        )
    if kind is Kind.GIVEN and not source.secrets:
        found.append(
            "it has no secret yet, which its sender gives: all it sends is refused;"
            f" bus sources rotate-secret {source.id} --secret-file FILE"
        )
    if kind is Kind.PUBLIC and not source.public_keys:
        found.append(
            "it has no public key yet: all it sends is refused; give it one with"
            f" bus sources update {source.id} --public-key-file FILE"
        )
    return found
