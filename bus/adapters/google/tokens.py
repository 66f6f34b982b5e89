"""Access tokens of a service account, signed by its key, for an hour (RFC 7523)."""

import asyncio
import base64
import json
import re
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import urlencode

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from bus.adapters.google.codes import UNAUTHENTICATED, judge, read_fault
from bus.contracts.jsontext import read_json
from bus.delivery.delivery import Outcome, Refused, Unreachable
from bus.delivery.subscription import Login
from bus.errors import DecodeError
from bus.sending import Ask, Asker, NoAnswer, NoAnswerKind

ISSUER = "https://oauth2.googleapis.com/token"
_SCOPE = "https://www.googleapis.com/auth/pubsub"
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_LASTS_S = 3600
_EARLY_S = 120.0
_MOST_BYTES = 65_536
_LONGEST_S = 365 * 86_400
_TEXT = re.compile(r"[!-~]+")
"""What may stand in a header: visible characters of ASCII."""
_OK, _BAD_REQUEST = 200, 400
_NO_KEY = Refused(
    UNAUTHENTICATED, "not sent: the login's password is no RSA private key in PEM"
)
_STRANGE = Unreachable(
    NoAnswerKind.PROTOCOL,
    "not a token of Google's: expected access_token and expires_in",
)


@dataclass(frozen=True, slots=True, repr=False)
class Token:
    """What requests carry, until when (epoch seconds)."""

    text: str
    until_s: float


Asked: TypeAlias = Token | Outcome


class Tokens:
    """The tokens of all logins. `issuer` is where they are got."""

    def __init__(self, asker: Asker, issuer: str = ISSUER) -> None:
        self._asker = asker
        self._issuer = issuer
        self._tokens: dict[Login, Token] = {}
        self._asking: dict[Login, asyncio.Task[Asked]] = {}

    async def of(self, login: Login, now_s: float, within_s: float) -> Asked:
        """One that is good for a while yet; or why there is none."""
        token = self._tokens.get(login)
        if token is not None and now_s < token.until_s - _EARLY_S:
            return token
        task = self._asking.get(login)
        if task is None:
            asking = self._ask(login, now_s, within_s)
            task = self._asking[login] = asyncio.create_task(asking)
            task.add_done_callback(lambda _: self._asking.pop(login, None))
        return await asyncio.shield(task)

    def forget(self, login: Login) -> None:
        """It was not accepted."""
        self._tokens.pop(login, None)

    async def _ask(self, login: Login, now_s: float, within_s: float) -> Asked:
        signed = _assertion(login, self._issuer, now_s)
        if signed is None:
            return _NO_KEY
        form = urlencode({"grant_type": _GRANT, "assertion": signed})
        headers = [("content-type", "application/x-www-form-urlencoded")]
        got = await self._asker.ask(
            Ask(self._issuer, headers, within_s, _MOST_BYTES, "POST", form.encode())
        )
        if isinstance(got, NoAnswer):
            return Unreachable(got.kind, got.detail)
        if got.status == _BAD_REQUEST:  # invalid_grant: no such account, or key
            said = read_fault(got)
            return Refused(UNAUTHENTICATED, f"{said.name} {said.message}"[:200])
        if got.status != _OK:
            return judge(read_fault(got), now_s)
        token = _read(got.body, now_s)
        if token is None:
            return _STRANGE
        self._tokens[login] = token
        return token


def _read(body: bytes, now_s: float) -> Token | None:
    try:
        said = read_json(body)
    except DecodeError:
        return None
    match said:
        case {"access_token": str(text), "expires_in": int(seconds)} if (
            _TEXT.fullmatch(text) and 0 < seconds <= _LONGEST_S
        ):
            return Token(text, now_s + seconds)
        case _:
            return None


def _assertion(login: Login, issuer: str, now_s: float) -> str | None:
    try:
        key = load_pem_private_key(login.password.encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
    if not isinstance(key, RSAPrivateKey):
        return None
    claims = {
        "iss": login.username,
        "scope": _SCOPE,
        "aud": issuer,
        "iat": int(now_s),
        "exp": int(now_s) + _LASTS_S,
    }
    head = {"alg": "RS256", "typ": "JWT"}
    signed = b".".join(_encoded(json.dumps(part).encode()) for part in (head, claims))
    signature = key.sign(signed, PKCS1v15(), SHA256())
    return b".".join((signed, _encoded(signature))).decode()


def _encoded(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")
