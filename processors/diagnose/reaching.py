"""Findings about the way to the endpoint: name, address policy, TCP."""

from collections.abc import Iterator
from dataclasses import replace

from bus.ports import NoAnswerKind
from bus.probing import Address, LookedUp
from processors.diagnose.facts import At, Facts
from processors.diagnose.findings import Finding, Severity
from processors.diagnose.wording import many, ms, took

_SLOW_LOOKUP_S = 1.0
_UNTOLD = "(not told)"

_ALLOW = (
    "Deliveries go to public addresses over https only. Use a public https URL; if this"
    " network is meant to be reached, the operator opens it with"
    " ORDERBUS_ALLOW_NETWORKS."
)


def veiled(seen: LookedUp) -> LookedUp:
    """The same without addresses that nothing may connect to.

    A partner must not learn from us what a name stands for inside our network.
    """
    shown = [
        Address(_UNTOLD, "not a public address") if one.refused else one
        for one in seen.addresses
    ]
    return replace(seen, addresses=shown)


def judge_name(facts: Facts) -> Iterator[Finding]:
    """DNS: whether the name has addresses, how many, how long that took."""
    if facts.looked_up is None or facts.looked_up.seen.refused:
        return
    at_s, seen = facts.looked_up
    evidence = {"host": seen.host, "took_ms": ms(seen.took_s)}
    if seen.failure is not None:
        late = seen.failure.kind is NoAnswerKind.TIMEOUT
        yield Finding(
            code="dns.fails",
            severity=Severity.ERROR,
            says=f"The name {seen.host} cannot be resolved"
            + (f" within {took(seen.took_s)}." if late else "."),
            do="Check the name for typing errors, and that its DNS records are public.",
            at_s=at_s,
            evidence=evidence | {"detail": seen.failure.detail},
        )
        return
    count = many(len(seen.addresses), "address", "addresses")
    slow = seen.took_s > _SLOW_LOOKUP_S
    yield Finding(
        code="dns.slow" if slow else "dns.ok",
        severity=Severity.WARNING if slow else Severity.OK,
        says=f"The name has {count}, found in {took(seen.took_s)}.",
        do="Every new connection may wait for this; ask who runs the name servers."
        if slow
        else "",
        at_s=at_s,
        evidence=evidence | {"addresses": [one.address for one in seen.addresses]},
    )


def judge_policy(facts: Facts) -> Iterator[Finding]:
    """Address policy: what deliveries may not be sent to."""
    if facts.looked_up is None:
        return
    at_s, seen = facts.looked_up
    if seen.refused:
        yield Finding(
            code="policy.refused",
            severity=Severity.ERROR,
            says=f"Nothing may be sent to this URL: {seen.refused}.",
            do=_ALLOW,
            at_s=at_s,
        )
    elif seen.failure is None:
        yield from _of_addresses(at_s, seen)


def _of_addresses(at_s: float, seen: LookedUp) -> Iterator[Finding]:
    refused = {one.address: one.refused for one in seen.addresses if one.refused}
    evidence: dict[str, object] = {"refused": refused} if refused else {}
    why = next(iter(refused.values()), "")
    if not seen.admitted:
        yield Finding(
            code="policy.refused",
            severity=Severity.ERROR,
            says=f"Nothing may be sent to any of its addresses: {why}.",
            do=_ALLOW,
            at_s=at_s,
            evidence=evidence,
        )
    elif refused:
        yield Finding(
            code="policy.partly",
            severity=Severity.WARNING,
            says=f"{len(refused)} of its {len(seen.addresses)} addresses may not be"
            f" sent to and are passed over: {why}.",
            do="Take the addresses that are not public out of the name's DNS records.",
            at_s=at_s,
            evidence=evidence,
        )
    else:
        yield Finding(
            code="policy.ok",
            severity=Severity.OK,
            says="Deliveries may be sent there.",
            at_s=at_s,
        )


def judge_tcp(facts: Facts) -> Iterator[Finding]:
    """TCP: which of the addresses answer."""
    if not facts.connected:
        return
    at_s = facts.connected[0].at_s
    good = [one.seen for one in facts.connected if one.seen.failure is None]
    bad = [one.seen for one in facts.connected if one.seen.failure is not None]
    evidence = {
        one.seen.address: f"connected in {took(one.seen.took_s)}"
        if one.seen.failure is None
        else f"{one.seen.failure.detail} after {took(one.seen.took_s)}"
        for one in facts.connected
    }
    if not good:
        code, severity = "tcp.fails", Severity.ERROR
        says = "Nobody answers at any of its addresses."
        if len(bad) == 1:
            says = f"Nobody answers at {bad[0].address}."
        do = (
            "Is the server running, is the port right, and does a firewall let us in?"
            " “Connection refused” is a port without a server, a timeout a firewall."
        )
    elif bad:
        code, severity = "tcp.partly", Severity.WARNING
        says = f"{len(bad)} of its {len(evidence)} addresses do not answer."
        do = (
            "Deliveries go to the others, some a quarter of a second later. Repair the"
            " silent ones or take them out of DNS. (An IPv6 one may be out of reach"
            " from here only.)"
        )
    else:
        code, severity, do = "tcp.ok", Severity.OK, ""
        slowest = max(one.took_s for one in good)
        says = f"It takes connections, within {took(slowest)}."
    yield Finding(
        code=code, severity=severity, says=says, do=do, at_s=at_s, evidence=evidence
    )


def first_reached(facts: Facts) -> At[str] | None:
    """The address that further steps go to."""
    for one in facts.connected:
        if one.seen.failure is None:
            return At(one.at_s, one.seen.address)
    return None
