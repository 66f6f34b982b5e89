"""One request to a source's API: may it go now, where to, and what came of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from bus.intake.channels.definition import Channel
from bus.intake.fetching.declared import RateHeaders
from bus.intake.fetching.limiter import Limiter
from bus.intake.fetching.template import MissingError, host_of
from bus.intake.fetching.wanted import Verdict, Wanted, judge
from bus.intake.raw import Raw, submission_id, to_message
from bus.intake.receiving.redaction import redacted
from bus.intake.sources import Fetch, Source
from bus.intake.submission import Submission
from bus.intake.verifying.verdict import Reason
from bus.ports import Clock, Observer
from bus.record import Message
from bus.sending import Ask, Asker, Got, NoAnswer, NoAnswerKind
from bus.times import moment_of
from bus.topics.topology import Topology
from processors.convert.failed import FailedError
from processors.convert.reading import Channels, Sources
from processors.convert.tokens import Tokens
from processors.telemetry import convert_names as names
from processors.telemetry.intake_names import REDACTED

MOST_BYTES = 8 * 2**20
_FULL_S = 0.1
_UNAUTHORISED = 401
_ID_BYTES = 10
_KEPT_HEADERS = frozenset({"content-type", "date", "etag", "last-modified"})


@dataclass(frozen=True, slots=True)
class Fetched:
    """It is here: the record that keeps it as a submission."""

    message: Message


@dataclass(frozen=True, slots=True)
class Later:
    """It was not asked for, or the API wants to be left alone; no try is used up."""

    wait_s: float
    why: str


@dataclass(frozen=True, slots=True)
class Failed:
    """It was tried in vain. `for_good`: trying again is of no use."""

    why: str
    for_good: bool = False


Outcome: TypeAlias = Fetched | Later | Failed


@dataclass(slots=True)
class _Account:
    """What is known of one source's API."""

    rules: Fetch
    limiter: Limiter
    in_use: int = field(default=0)


class Asking:
    """Asks APIs of sources, each at its own pace.

    Args:
        random_bytes: Gives so many, for ids of submissions.
    """

    def __init__(  # noqa: PLR0913 - the parts of the program; made in one place
        self,
        *,
        asker: Asker,
        sources: Sources,
        channels: Channels,
        topology: Topology,
        clock: Clock,
        observer: Observer,
        random_bytes: Callable[[int], bytes],
    ) -> None:
        self._asker = asker
        self._sources = sources
        self._channels = channels
        self._topology = topology
        self._clock = clock
        self._observer = observer
        self._random_bytes = random_bytes
        self._accounts: dict[str, _Account] = {}
        self._tokens = Tokens(asker, clock)
        observer.gauge(names.FETCHING, self._in_use)

    async def fetch(self, wanted: Wanted) -> Outcome:
        """Ask once, if it may be asked now."""
        source = self._sources.get(wanted.source)
        channel = self._channels.get(source.channel) if source else None
        if source is None or channel is None or channel.fetch is None:
            return Failed("its source or channel is gone, or fetches no more")
        if source.fetch is None:
            return Failed("the source says nothing of how to fetch", for_good=True)
        try:
            ask = await self._ask_of(channel, source, source.fetch, wanted)
        except FailedError as error:
            return Failed(error.why, for_good=error.for_good)
        account = self._account(source.id, source.fetch)
        if (later := self._later(account)) is not None:
            return later
        return await self._asked(ask, account, channel, source, wanted)

    async def credentials(self, source: str, rules: Fetch) -> Mapping[str, str]:
        """What a source shows its API, with a token if it is to have one.

        Raises:
            FailedError: the token cannot be had.
        """
        return await self._tokens.credentials(source, rules)

    async def get(
        self, source: Source, rules: Fetch, limits: RateHeaders, ask: Ask
    ) -> Got | NoAnswer | Later:
        """Ask a source's API for something else, at the same pace."""
        account = self._account(source.id, rules)
        if (later := self._later(account)) is not None:
            return later
        got = await self._sent(ask, account)
        if isinstance(got, Got):
            now = self._clock.now()
            account.limiter.learn(got.status, got.headers, limits, now)
            self._refused(source.id, got)
        return got

    async def _sent(self, ask: Ask, account: _Account) -> Got | NoAnswer:
        account.limiter.take(self._clock.now())
        account.in_use += 1
        try:
            return await self._asker.ask(ask)
        finally:
            account.in_use -= 1

    # ------------------------------------------------ steps

    async def _ask_of(
        self, channel: Channel, source: Source, rules: Fetch, wanted: Wanted
    ) -> Ask:
        """The request that the channel's template and the source's settings make.

        Raises:
            FailedError: it cannot be made, or may not.
        """
        shown = await self.credentials(source.id, rules)
        try:
            url, headers = _filled(channel, source, shown, wanted)
        except MissingError as error:
            raise FailedError(str(error), for_good=True) from None
        if host_of(url) not in rules.hosts:
            text = f"{host_of(url) or 'nothing'} is none of the source's hosts"
            raise FailedError(text, for_good=True)
        return Ask(url, headers, rules.timeout_s, MOST_BYTES)

    def _refused(self, source: str, got: Got) -> None:
        """Let a token go that is not good any more."""
        if got.status == _UNAUTHORISED:
            self._tokens.forget(source)

    def _later(self, account: _Account) -> Later | None:
        wait_s = account.limiter.wait_s(self._clock.now())
        if wait_s > 0:
            return Later(wait_s, "its API may not be asked faster")
        if account.in_use >= account.rules.concurrency:
            return Later(_FULL_S, "as many requests as may be are under way")
        return None

    async def _asked(
        self,
        ask: Ask,
        account: _Account,
        channel: Channel,
        source: Source,
        wanted: Wanted,
    ) -> Outcome:
        got = await self._sent(ask, account)
        if isinstance(got, NoAnswer):
            never = got.kind is NoAnswerKind.FORBIDDEN
            self._count(Verdict.NEVER if never else Verdict.AGAIN)
            return Failed(got.detail or got.kind.value, for_good=never)
        now = self._clock.now()
        limits = channel.fetch.limits if channel.fetch else None
        if limits is not None:
            account.limiter.learn(got.status, got.headers, limits, now)
        self._refused(source.id, got)
        return self._judged(got, ask, account, source, wanted)

    def _judged(
        self, got: Got, ask: Ask, account: _Account, source: Source, wanted: Wanted
    ) -> Outcome:
        verdict = judge(got.status)
        self._count(verdict)
        match verdict:
            case Verdict.GOOD if got.cut:
                text = f"the document has more than {ask.most_bytes:,} bytes"
                return Failed(text, for_good=True)
            case Verdict.GOOD:
                return Fetched(self._kept(got, ask, source, wanted))
            case Verdict.LATER:
                wait_s = account.limiter.wait_s(self._clock.now())
                return Later(wait_s, f"answered {got.status}")
            case Verdict.AGAIN | Verdict.NEVER:
                never = verdict is Verdict.NEVER
                return Failed(f"answered {got.status}", for_good=never)

    def _kept(self, got: Got, ask: Ask, source: Source, wanted: Wanted) -> Message:
        """The document as a submission, under the key of the message it belongs to."""
        now = self._clock.now()
        body, found = redacted(got.body)
        for what, count in found.items():
            self._observer.measure(REDACTED, count, what)
        submission = Submission(
            instance=source.id,
            body=body,
            headers={n: v for n, v in got.headers.items() if n in _KEPT_HEADERS},
            observed_at=moment_of(now * 1000),
            via="fetch",
        )
        raw = Raw(
            id=submission_id(now, self._random_bytes(_ID_BYTES)),
            submission=submission,
            channel=source.channel,
            verdict=Reason.NOT_CHECKED,
            url=ask.url,
            redacted=found,
            of=wanted.place,
        )
        message = to_message(raw, self._topology.raw_topic(source.id))
        return message if wanted.key is None else message._replace(key=wanted.key)

    def _account(self, source: str, rules: Fetch) -> _Account:
        account = self._accounts.get(source)
        if account is None or account.rules != rules:
            in_use = account.in_use if account else 0
            limiter = Limiter(rules.per_second, rules.concurrency)
            account = self._accounts[source] = _Account(rules, limiter, in_use)
        return account

    def _count(self, verdict: Verdict) -> None:
        self._observer.measure(names.FETCHES, 1, verdict.value)

    def _in_use(self) -> Mapping[str, float]:
        return {name: account.in_use for name, account in self._accounts.items()}


def _filled(
    channel: Channel, source: Source, shown: Mapping[str, str], wanted: Wanted
) -> tuple[str, list[tuple[str, str]]]:
    """The URL and headers of the channel's templates; raises MissingError."""
    if channel.fetch is None:
        raise MissingError("the channel fetches nothing")
    defaults = {name: one.default for name, one in channel.settings.items()}
    settings = {**defaults, **source.settings}
    headers = [
        (name, template.header(settings, shown))
        for name, template in channel.fetch.headers.items()
    ]
    return channel.fetch.url.url(settings, wanted.fields), headers
