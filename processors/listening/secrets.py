"""Secrets as people keep them: a text with one or, during a rotation, a few."""

from bus.errors import ConfigurationError, InvalidSubscriptionError
from bus.webhook.signing import PUBLIC_PREFIX, SECRET_PREFIX
from bus.webhook.verdict import Signed, judge_signature

_MOST = 10
_ANY = Signed("id", "0", "v1,", b"")


def parse_secrets(text: str, origin: str) -> tuple[str, ...]:
    """The secrets of a text, with blanks or line ends between; # begins a comment.

    Raises:
        ConfigurationError: for what is none; never repeats it.
    """
    lines = (line.partition("#")[0] for line in text.splitlines())
    found = tuple(word for line in lines for word in line.split())
    if not found:
        raise ConfigurationError(f"{origin}: there is no secret in it")
    if len(found) > _MOST:
        raise ConfigurationError(f"{origin}: {len(found)} secrets; at most {_MOST}")
    for number, secret in enumerate(found, 1):
        which = origin if len(found) == 1 else f"{origin}, number {number}"
        if not secret.startswith((SECRET_PREFIX, PUBLIC_PREFIX)):
            raise ConfigurationError(
                f"{which}: expected a secret, {SECRET_PREFIX}…, or a public key,"
                f" {PUBLIC_PREFIX}…"
            )
        try:
            judge_signature(_ANY, [secret], 0)
        except InvalidSubscriptionError as error:
            raise ConfigurationError(f"{which}: {error.why}") from None
        except ValueError:  # 32 bytes that are no point of the curve
            raise ConfigurationError(f"{which}: it is no public key") from None
    return found
