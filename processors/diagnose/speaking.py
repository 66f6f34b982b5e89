"""Findings about HTTP: an answer at all, redirects, kept connections, the clock."""

from collections.abc import Iterator
from email.utils import parsedate_to_datetime

from bus.ports import NoAnswerKind
from bus.probing import Exchanged
from processors.diagnose.facts import Facts
from processors.diagnose.findings import Finding, Severity
from processors.diagnose.wording import ms, took

_LONG_BODY = 65_536
_SKEW_S = 60.0
"""Signatures are good for five minutes; nobody should be near that."""
_REDIRECTS = range(300, 400)


def judge_http(facts: Facts) -> Iterator[Finding]:
    """Whether a request is answered, and in HTTP/1.1."""
    if facts.exchanged is None or not facts.exchanged.seen:
        return
    at_s, (first, *_) = facts.exchanged
    evidence = _evidence(first)
    if first.failure is not None and not first.status:
        yield _unanswered(at_s, first, evidence)
    elif not first.whole and first.body_bytes > _LONG_BODY:
        yield Finding(
            code="http.endless",
            severity=Severity.WARNING,
            says=f"Its answer {first.status} has a body of more than 64 KiB.",
            do="Answer with a short body or none: nobody reads more than its start, and"
            " the connection is closed over it, each time.",
            at_s=at_s,
            evidence=evidence,
        )
    elif first.failure is not None:
        yield Finding(
            code="http.cut",
            severity=Severity.ERROR,
            says=f"Its answer {first.status} begins, but does not end.",
            do="Send as many bytes as Content-Length says, or the last chunk; an answer"
            " without an end counts as none.",
            at_s=at_s,
            evidence=evidence,
        )
    else:
        yield Finding(
            code="http.ok",
            severity=Severity.OK,
            says=f"It answers HTTP, {first.status} after {took(first.took_s)}.",
            at_s=at_s,
            evidence=evidence,
        )


def _unanswered(at_s: float, first: Exchanged, evidence: dict[str, object]) -> Finding:
    kind = first.failure.kind if first.failure else NoAnswerKind.RESET
    code, says, do = _NO_ANSWER.get(kind, _CLOSED)
    return Finding(
        code=code,
        severity=Severity.ERROR,
        says=says.format(waited=took(first.took_s)),
        do=do,
        at_s=at_s,
        evidence=evidence,
    )


_CLOSED = (
    "http.closed",
    "It closes the connection without an answer.",
    (
        "Look into the server's log: it, or a proxy before it, gave the request up."
        " Behind TLS 1.3, a missing client certificate looks like this too."
    ),
)
_NO_ANSWER = {
    NoAnswerKind.TIMEOUT: (
        "http.silent",
        "It takes the request, but does not answer within {waited}.",
        (
            "Answer first and do the work afterwards. If nothing arrives at the server"
            " at all, a proxy before it holds the request."
        ),
    ),
    NoAnswerKind.PROTOCOL: (
        "http.broken",
        "What it sends is no HTTP/1.1 answer.",
        "The detail says what is wrong; is it a web server that listens there?",
    ),
    NoAnswerKind.TLS: (
        "tls.client-certificate",
        "It ends TLS over our certificate: it wants one that it trusts.",
        (
            "Give the subscription a client certificate of an authority that the"
            " endpoint trusts: --client-certificate-file and --client-key-file."
        ),
    ),
    NoAnswerKind.CONNECT: (
        "http.unconnected",
        "It could be connected to, but not a second time.",
        "Does it, or a firewall, take one connection at a time only?",
    ),
}


def judge_redirect(facts: Facts) -> Iterator[Finding]:
    """A 3xx is followed by nobody."""
    if facts.exchanged is None or not facts.exchanged.seen:
        return
    at_s, (first, *_) = facts.exchanged
    if first.status not in _REDIRECTS:
        return
    to = first.headers.get("location", "")
    yield Finding(
        code="http.redirect",
        severity=Severity.ERROR,
        says=f"It answers {first.status}: a redirect, and redirects are not followed.",
        do="Give the subscription the URL that it points to, if it is yours; every"
        " event is a dead letter until then.",
        at_s=at_s,
        evidence={"status": first.status, "location": to.partition("?")[0]},
    )


def judge_kept(facts: Facts) -> Iterator[Finding]:
    """Whether a second request may use the connection."""
    if facts.exchanged is None or not facts.exchanged.seen:
        return
    at_s, (first, *more) = facts.exchanged
    if not first.whole:
        return  # told already
    evidence: dict[str, object] = {
        "connection": first.headers.get("connection", "(no such header)"),
        "requests": 1 + len(more),
    }
    if more and more[0].status:
        evidence["second_took_ms"] = ms(more[0].took_s)
        yield Finding(
            code="keepalive.ok",
            severity=Severity.OK,
            says="It keeps the connection for the next request.",
            at_s=at_s,
            evidence=evidence,
        )
        return
    said = "although it says that it does" if first.kept else "and says so"
    yield Finding(
        code="keepalive.none",
        severity=Severity.WARNING,
        says=f"It does not keep the connection, {said}.",
        do="Turn HTTP/1.1 keep-alive on: each delivery pays for a new connection and a"
        " new TLS handshake.",
        at_s=at_s,
        evidence=evidence,
    )


def judge_clock(facts: Facts) -> Iterator[Finding]:
    """How far the endpoint's clock, as its `Date` has it, is from ours."""
    if facts.exchanged is None or not facts.exchanged.seen:
        return
    at_s, (first, *_) = facts.exchanged
    theirs = _date(first.headers.get("date", ""))
    if theirs is None:
        return
    off_s = theirs - at_s
    if abs(off_s) <= _SKEW_S + first.took_s:
        return
    way = "ahead of" if off_s > 0 else "behind"
    yield Finding(
        code="clock.off",
        severity=Severity.WARNING,
        says=f"Its clock is {took(abs(off_s))} {way} ours.",
        do="Set whichever is wrong right: libraries refuse signatures whose timestamp"
        " is more than five minutes off.",
        at_s=at_s,
        evidence={"date": first.headers["date"]},
    )


def _date(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None


def _evidence(one: Exchanged) -> dict[str, object]:
    found: dict[str, object] = {"took_ms": ms(one.took_s)}
    if one.status:
        found["status"] = one.status
        found["content_type"] = one.headers.get("content-type", "")
    if one.excerpt:
        found["answer"] = one.excerpt
    if one.failure is not None:
        found["detail"] = one.failure.detail
        found["began"] = one.began
    return found
