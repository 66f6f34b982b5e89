"""How often somebody may have an endpoint asked: it may be a stranger's.

Making, changing, verifying, testing and diagnosing call a URL before its owner has
said a word, and a key's own rate is far more than a stranger has to bear.
"""

from urllib.parse import unquote, urlsplit

from processors.gateway.limits import ASKING_S, Allowance
from processors.gateway.problems import TOO_MANY, ProblemError
from processors.gateway.routes import Asked

ONCE, DIAGNOSIS = 1, 20


def may_ask(asked: Asked, url: str, cost: int = ONCE) -> None:
    """Count requests to an endpoint; operators may ask any number of times.

    Raises:
        ProblemError: it was asked too often lately.
    """
    tenant, host = asked.by.tenant, host_of(url)
    if not tenant or not host:
        return
    now, counts = asked.api.world.clock.monotonic(), asked.api.asking
    _refuse(counts.own.take(f"{tenant} {host}", now, cost))
    _refuse(counts.all.take(host, now, cost))


def host_of(url: str) -> str:
    """The host of a URL, in the one spelling that all of it are counted under.

    Empty where it has none: whoever checks the URL says so, nothing is asked.
    """
    try:
        host = urlsplit(url).hostname
    except ValueError:
        return ""
    return unquote(host or "").lower().rstrip(".")


def _refuse(allowance: Allowance | None) -> None:
    if allowance is not None and not allowance.passes:
        raise ProblemError(
            TOO_MANY,
            "This endpoint's host was asked too often lately: at most"
            f" {allowance.quota} times in {ASKING_S // 60} minutes, and a diagnosis"
            f" counts as {DIAGNOSIS}.",
            headers={"Retry-After": str(allowance.wait_s)},
        )
