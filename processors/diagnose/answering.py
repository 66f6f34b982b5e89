"""Findings about the answers to test events."""

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from bus.delivery.routing import judge
from bus.ports import NoAnswer
from processors.diagnose.facts import Facts, Kind, Tried
from processors.diagnose.findings import Finding, Severity
from processors.diagnose.wording import answered, ms, reply_evidence

_REDIRECTS = range(300, 400)
_REJECTIONS = range(400, 500)
_UNSUPPORTED = (406, 415)
_REFUSALS = (400, 401, 403)


def judge_signed(facts: Facts) -> Iterator[Finding]:
    """The answer to an event as deliveries send them; 2xx is expected."""
    tried = facts.one(Kind.SIGNED)
    if tried is None:
        return
    if tried.accepted:
        yield _finding(
            tried, "signed.ok", Severity.OK, f"It took a signed event: {tried.status}."
        )
        return
    if tried.status in _UNSUPPORTED:
        return  # `judge_content` tells of it
    code, do = _why_not(tried)
    yield _finding(
        tried,
        code,
        Severity.ERROR,
        f"It did not take a signed event: {answered(tried.reply)}.",
        f"{_follows(facts, tried)} {do}",
    )


def _why_not(tried: Tried) -> tuple[str, str]:
    if isinstance(tried.reply, NoAnswer):
        return "signed.unanswered", "See what is said of HTTP above."
    known = _BY_STATUS.get(tried.status)
    if known is not None:
        return known
    if tried.status in _REJECTIONS:
        return "signed.refused", "Its log should say what it dislikes."
    return "signed.fails", "Its log should have the error."


_SIGNING = (
    "Does the receiver verify with this subscription's newest secret, over the bytes of"
    " the body as they came? Does a proxy ask for credentials (--header)? bus"
    " subscriptions show has the secret's fingerprint."
)
_PATH = "Is the path of the URL right, and does it take POST requests?"
_BY_STATUS = {
    401: ("signed.unauthorized", _SIGNING),
    403: ("signed.unauthorized", _SIGNING),
    404: ("signed.not-found", _PATH),
    405: ("signed.not-found", _PATH),
    410: ("signed.gone", "Answer 410 only if you want no more events at all."),
    429: (
        "signed.throttled",
        "It asks us to slow down: set the subscription's --rate to what it can.",
    ),
}


def _follows(facts: Facts, tried: Tried) -> str:
    """What a delivery would do after such an answer."""
    reply = tried.reply
    if isinstance(reply, NoAnswer):
        return "A delivery is tried again."
    outcome = judge(
        reply.status,
        reply.retry_after,
        "",
        facts.subscription.transient_statuses,
        tried.at_s,
    ).name
    if outcome == "refused":
        return "Such a delivery is given up at once: a dead letter."
    return "Such a delivery is tried again, then it is a dead letter."


def judge_repeated(facts: Facts) -> Iterator[Finding]:
    """The answer to an id that it has taken already; 2xx is expected."""
    first, tried = facts.one(Kind.SIGNED), facts.one(Kind.REPEATED)
    if first is None or tried is None or not first.accepted:
        return
    if tried.accepted:
        yield _finding(
            tried, "repeat.ok", Severity.OK, "It takes an event that it has already."
        )
        return
    yield _finding(
        tried,
        "repeat.refused",
        Severity.WARNING,
        f"It took an event, but the same one again it {answered(tried.reply)}.",
        "Answer 2xx to a webhook-id that you know: now and then an event comes twice,"
        f" and nothing is wrong then. {_follows(facts, tried)}",
    )


def judge_unknown_type(facts: Facts) -> Iterator[Finding]:
    """The answer to an event type nobody told it of; 2xx is expected."""
    tried = facts.one(Kind.UNKNOWN_TYPE)
    if tried is None or not _decided(facts):
        return
    if tried.accepted:
        says = "It takes event types that it does not know."
        yield _finding(tried, "unknown-type.ok", Severity.OK, says)
        return
    wide = [t for t in facts.subscription.types if t.endswith("*")]
    yield _finding(
        tried,
        "unknown-type.refused",
        Severity.WARNING if wide or not facts.stored else Severity.INFO,
        f"An event type that it does not know it {answered(tried.reply)}.",
        "Answer 2xx to types that you do not use, or subscribe to those alone that you"
        f" do. {_follows(facts, tried)}",
    )


def judge_signature(facts: Facts) -> Iterator[Finding]:
    """The answer to a wrong signature; 401 or another 4xx is expected."""
    tried = facts.one(Kind.WRONG_SIGNATURE)
    if tried is None or isinstance(tried.reply, NoAnswer):
        return
    if tried.accepted:
        yield _finding(
            tried,
            "signature.unchecked",
            Severity.ERROR,
            f"It took an event with a wrong signature: {tried.status}.",
            "Verify webhook-signature before anything else (docs/webhooks.md): as it is"
            f" anybody who knows the URL can make up orders.{_ours(facts)}",
        )
    elif _refuses(facts, tried.status):
        yield _finding(
            tried,
            "signature.checked",
            Severity.OK,
            f"It refuses a wrong signature: {tried.status}.",
        )
    elif tried.status not in _REDIRECTS and _tells(facts, tried.status):
        yield _finding(
            tried,
            "signature.unclear",
            Severity.WARNING,
            f"A wrong signature it {answered(tried.reply)}, which is no refusal of it.",
            "Answer 401 to a wrong signature. A 404 or 405 looks like a wrong path, and"
            " a 5xx is tried again.",
        )


def _ours(facts: Facts) -> str:
    """On this machine it may be our own receiver, of which that is expected."""
    host = urlsplit(facts.subscription.url).hostname or ""
    if host == "localhost" or host.startswith("127.") or host == "::1":
        return " (The receiver of `bus dev` checks nothing: of it, that is expected.)"
    return ""


def _refuses(facts: Facts, status: int) -> bool:
    """Whether this is how wrong signatures are refused, and not everything is."""
    good = facts.one(Kind.SIGNED)
    if good is None:
        return status in _REFUSALS
    return good.accepted and status in _REJECTIONS


def _tells(facts: Facts, status: int) -> bool:
    """Whether the answer is to the signature; if good ones get it too it is not."""
    good = facts.one(Kind.SIGNED)
    return good is None or (good.status != status and bool(good.status))


def judge_content(facts: Facts) -> Iterator[Finding]:
    """Whether it takes the representation that the subscription asks for."""
    tried = facts.one(Kind.SIGNED)
    if tried is None:
        return
    if tried.accepted:
        yield _finding(
            tried, "content.ok", Severity.OK, f"It takes {tried.content_type}."
        )
        return
    if tried.status not in _UNSUPPORTED:
        return
    others = [one for one in facts.tried if one.kind is Kind.OTHER_CONTENT]
    taken = [one.content_type for one in others if one.accepted]
    do = "It took none of the others either."
    if taken:
        media = taken[0].partition(";")[0]
        do = f"It takes {media}: bus subscriptions update with --accept {media}."
    yield _finding(
        tried,
        "content.refused",
        Severity.ERROR,
        f"It does not take {tried.content_type}: answered {tried.status}.",
        do,
        others,
    )


def _decided(facts: Facts) -> bool:
    """Whether a good event is taken, so that a refusal means what it is to mean."""
    signed = facts.one(Kind.SIGNED)
    return signed is not None and signed.accepted


def _finding(
    tried: Tried,
    code: str,
    severity: Severity,
    says: str,
    do: str = "",
    others: Sequence[Tried] = (),
) -> Finding:
    evidence: dict[str, object] = {
        "sent": tried.event_type,
        "webhook_id": tried.webhook_id,
        "content_type": tried.content_type,
        "took_ms": ms(tried.took_s),
        **reply_evidence(tried.reply),
    }
    for one in others:
        evidence[one.content_type] = answered(one.reply)
    return Finding(
        code=code,
        severity=severity,
        says=says,
        do=do,
        at_s=tried.at_s,
        evidence=evidence,
    )
