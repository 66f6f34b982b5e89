"""How a channel is answered, as the section `answers` of channel.yaml declares it."""

from dataclasses import dataclass, field, replace
from enum import StrEnum

from bus.intake.channels.shape import Block
from bus.intake.sources import Answers as Own

_LOWEST, _HIGHEST = 200, 599
_MOST_BODY = 4_000


@dataclass(frozen=True, slots=True)
class Said:
    """An answer: `{id}` and `{at}` in its body stand for the submission's."""

    status: int
    body: str = ""
    media_type: str = "text/plain"
    retry_after_s: int | None = None


@dataclass(frozen=True, slots=True)
class Ping:
    """A request that only asks whether somebody is there; it is not kept.

    Attributes:
        method: Of the request.
        form: The only field of its body, a form; empty: no matter.
        header: Which header it has, `name` or `name: value`; empty: no matter.
        contains: What stands in its body, once that is verified; empty: no matter.
        said: The answer.
    """

    method: str
    form: str
    header: str
    contains: str
    said: Said


class ChallengeKind(StrEnum):
    """How a sender wants to be shown that the address is ours."""

    ECHO = "echo"  # a text of the query, sent back
    HASH = "hash"  # the hash of a text of the query, a token and the address
    HANDSHAKE = "handshake"  # CloudEvents' OPTIONS, and Orderbus's signed challenge


@dataclass(frozen=True, slots=True)
class Challenge:
    """What proves that the address is ours.

    Attributes:
        query: The query's parameter that holds the text.
        token: The query's parameter (echo) that has to be, or (hash) what is hashed
            with: the source's setting of the name `setting`.
        field: In which field of a JSON document a hash is answered.
    """

    kind: ChallengeKind
    query: str = ""
    token: str = ""
    setting: str = ""
    field: str = ""


@dataclass(frozen=True, slots=True)
class Answering:
    """How senders of a channel are answered.

    Attributes:
        retries: Whether they send again what was answered with `overload`. What others
            send is kept on disk while Kafka is away.
        ok: Kept.
        refused: The signature is wrong.
        overload: Not now.
    """

    retries: bool = False
    ok: Said = field(default_factory=lambda: Said(202))
    refused: Said = field(default_factory=lambda: Said(401))
    overload: Said = field(default_factory=lambda: Said(503))
    pings: tuple[Ping, ...] = ()
    challenge: Challenge | None = None

    def of(self, own: Own) -> "Answering":
        """With what a source says otherwise."""
        ok, overload = self.ok, self.overload
        if own.ok_status is not None:
            ok = replace(ok, status=own.ok_status)
        if own.overload_status is not None:
            overload = replace(overload, status=own.overload_status)
        if own.retry_after_s is not None:
            overload = replace(overload, retry_after_s=own.retry_after_s)
        retries = self.retries if own.retries is None else own.retries
        return replace(self, ok=ok, overload=overload, retries=retries)


_KEYS = ("retries", "ok", "refused", "overload", "pings", "challenge")


def read_answering(block: Block) -> Answering:
    """Read the section; what it leaves out is as `Answering` has it."""
    block.only(_KEYS)
    otherwise = Answering()
    return Answering(
        retries=block.flag("retries"),
        ok=_said(block.block("ok"), otherwise.ok),
        refused=_said(block.block("refused"), otherwise.refused),
        overload=_said(block.block("overload"), otherwise.overload),
        pings=_pings(block.block("pings")),
        challenge=_challenge(block),
    )


def _said(block: Block, otherwise: Said, *more: str) -> Said:
    block.only(("status", "body", "type", "retry_after", *more))
    status = block.number("status", otherwise.status)
    if not _LOWEST <= status <= _HIGHEST:
        where = block.node.get("status") or block.node
        text = f"status is one from {_LOWEST} to {_HIGHEST}, not {status}"
        block.problems.add(where, "shape", text)
    body = block.text("body", otherwise.body)
    if len(body) > _MOST_BODY:
        text = f"body has at most {_MOST_BODY:,} characters"
        block.problems.add(block.node.get("body") or block.node, "shape", text)
    after = block.node.get("retry_after")
    return Said(
        status=status,
        body=body,
        media_type=block.text("type", otherwise.media_type),
        retry_after_s=None if after is None else block.seconds("retry_after", "30s"),
    )


def _pings(block: Block) -> tuple[Ping, ...]:
    """By name, for people; each says which requests it is for."""
    found = []
    for name, _ in block.node:
        one = block.block(name)
        said = _said(one, Said(200), "method", "form", "header", "contains")
        ping = Ping(
            method=one.one_of("method", ("GET", "HEAD", "POST"), "POST"),
            form=one.text("form", ""),
            header=one.text("header", ""),
            contains=one.text("contains", ""),
            said=said,
        )
        if ping.method == "POST" and not (ping.form or ping.header or ping.contains):
            text = "a ping by POST says what tells it from a submission"
            block.problems.add(one.node, "shape", text)
        found.append(ping)
    return tuple(found)


def _challenge(block: Block) -> Challenge | None:
    if block.node.get("challenge") is None:
        return None
    one = block.block("challenge")
    one.only(("kind", "query", "token", "setting", "field"))
    words = tuple(kind.value for kind in ChallengeKind)
    kind = ChallengeKind(one.one_of("kind", words, "echo"))
    shakes = kind is ChallengeKind.HANDSHAKE
    return Challenge(
        kind=kind,
        query="" if shakes else one.text("query"),
        token=one.text("token", ""),
        setting=one.text("setting", ""),
        field=one.text("field") if kind is ChallengeKind.HASH else "",
    )
