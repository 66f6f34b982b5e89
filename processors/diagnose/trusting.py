"""Findings about TLS: the handshake, the certificate, how long it lasts."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from bus.ports import NoAnswerKind
from bus.probing import Certificate, Secured
from processors.diagnose.facts import Facts
from processors.diagnose.findings import Finding, Severity
from processors.diagnose.wording import many, ms, took, when

_DAY_S = 86_400
_SOON_DAYS = 21
"""Automatic renewal, at 30 days, has failed by then."""
_SHARE_LEFT = 3
"""Of certificates that live for days only: renewed with a third left."""


class _Distrust(NamedTuple):
    code: str
    says: str
    do: str


# OpenSSL's X509_V_ERR codes, include/openssl/x509_vfy.h
_NOT_YET, _EXPIRED, _SELF, _SELF_ROOT, _NO_ISSUER, _ONLY_LEAF = 9, 10, 18, 19, 20, 21
_HOST, _ADDRESS = 62, 64
_UNKNOWN_ISSUER = _Distrust(
    "tls.untrusted",
    "Its certificate is by an authority that we do not know.",
    "If it is by a public authority, have the server send the intermediate"
    " certificates too (the “full chain”). If it is by your own, give its certificate"
    " to the subscription: --ca-file.",
)
_DISTRUST: Mapping[int, _Distrust] = {
    _EXPIRED: _Distrust(
        "tls.expired",
        "Its certificate has expired.",
        "Renew the certificate, and find out why that did not happen by itself.",
    ),
    _NOT_YET: _Distrust(
        "tls.expired",
        "Its certificate is not valid yet.",
        "Check the server's clock, and ours; else wait or take the former one.",
    ),
    _SELF: _Distrust(
        "tls.self-signed",
        "Its certificate is self-signed: nobody vouches for it.",
        "Get one from a public authority, or give this one to the subscription:"
        " --ca-file.",
    ),
    _SELF_ROOT: _UNKNOWN_ISSUER,
    _NO_ISSUER: _UNKNOWN_ISSUER,
    _ONLY_LEAF: _UNKNOWN_ISSUER,
    _HOST: _Distrust(
        "tls.name",
        "Its certificate is made out to other names.",
        "Use a URL with one of its names, or get a certificate for this one.",
    ),
    _ADDRESS: _Distrust(
        "tls.name",
        "Its certificate is not made out to this IP address.",
        "Use a URL with one of its names.",
    ),
}


def judge_tls(facts: Facts) -> Iterator[Finding]:
    """All of TLS; plain http is told too."""
    if facts.secured is None:
        yield from _plain(facts)
        return
    at_s, seen = facts.secured
    if seen.failure is not None:
        yield _failed(facts, at_s, seen)
        return
    yield Finding(
        code="tls.ok",
        severity=Severity.OK,
        says=f"{seen.version}, agreed on in {took(seen.took_s)}.",
        at_s=at_s,
        evidence=_evidence(seen),
    )
    if not facts.subscription.tls.verify:
        yield Finding(
            code="tls.unverified",
            severity=Severity.WARNING,
            says="Its certificate is not checked, so anybody may be at the other end.",
            do="Give its authority to the subscription with --ca-file, then --verify.",
            at_s=at_s,
        )
    yield from _lasting(at_s, seen)


def _plain(facts: Facts) -> Iterator[Finding]:
    if facts.connected and urlsplit(facts.subscription.url).scheme == "http":
        yield Finding(
            code="tls.none",
            severity=Severity.INFO,
            says="Plain http: everybody on the way can read and change what is sent.",
            do="Use https wherever the way leaves a network of your own.",
            at_s=facts.connected[0].at_s,
        )


def _failed(facts: Facts, at_s: float, seen: Secured) -> Finding:
    known = _DISTRUST.get(seen.why_untrusted)
    if known is None:
        known = _no_handshake(seen)
    return Finding(
        code=known.code,
        severity=Severity.ERROR,
        says=known.says,
        do=known.do,
        at_s=at_s,
        evidence=_evidence(seen)
        | {"own_ca": facts.subscription.tls.ca is not None}
        | ({"detail": seen.failure.detail} if seen.failure else {}),
    )


def _no_handshake(seen: Secured) -> _Distrust:
    if seen.unusable:
        return _Distrust(
            "tls.unusable",
            "The subscription's own certificates cannot be used.",
            "Set them anew: bus subscriptions update with --ca-file,"
            " --client-certificate-file and --client-key-file.",
        )
    if seen.failure is not None and seen.failure.kind is NoAnswerKind.TIMEOUT:
        return _Distrust(
            "tls.silent",
            "It takes the connection, but says nothing when TLS begins.",
            "Is it TLS that this port speaks? A proxy that waits for its backend does"
            " the same.",
        )
    return _Distrust(
        "tls.handshake",
        "It takes the connection, but TLS cannot be agreed on.",
        "The detail says why: a port without TLS, TLS older than 1.2, or a client"
        " certificate that it asks for (--client-certificate-file).",
    )


def _lasting(at_s: float, seen: Secured) -> Iterator[Finding]:
    if not seen.chain:
        return
    own = seen.chain[0]
    left_s, life_s = own.not_after_s - at_s, own.not_after_s - own.not_before_s
    soon = left_s < min(_SOON_DAYS * _DAY_S, life_s / _SHARE_LEFT)
    days = int(left_s // _DAY_S)
    past = left_s < 0  # only where nobody checks
    says = f"Its certificate is valid for {many(days, 'day')} more."
    if soon:
        says = f"Its certificate expires in {many(days, 'day')}."
    yield Finding(
        code="tls.expires-soon" if soon else "tls.lasts",
        severity=Severity.WARNING if soon else Severity.OK,
        says="Its certificate has expired, and is not checked." if past else says,
        do="Renew it; automatic renewal should have done so by now." if soon else "",
        at_s=at_s,
        evidence={"not_after": when(own.not_after_s), "days": days},
    )


def _evidence(seen: Secured) -> dict[str, object]:
    found: dict[str, object] = {"took_ms": ms(seen.took_s)}
    if seen.version:
        found["version"] = seen.version
    if seen.cipher:
        found["cipher"] = seen.cipher
    if seen.chain:
        found["names"] = list(seen.chain[0].names)
        found["chain"] = [_certificate(one) for one in seen.chain]
    return found


def _certificate(one: Certificate) -> dict[str, object]:
    return {
        "subject": one.subject,
        "issuer": one.issuer,
        "not_before": when(one.not_before_s),
        "not_after": when(one.not_after_s),
    }
