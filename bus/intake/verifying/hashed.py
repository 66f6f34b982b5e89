"""HMACs: over a request's parts, or over named fields of each item of its body."""

import hmac
from base64 import b64decode
from binascii import Error as BinasciiError
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bus.errors import DecodeError
from bus.intake.parsing.jsontree import parse_json
from bus.intake.parsing.paths import Path, Scope, listed, one_of, plain_text
from bus.intake.parsing.tree import Limits, Tree, UnparsableError
from bus.intake.verifying.parts import AbsentError, Part, described, joined, pairs_of
from bus.intake.verifying.verdict import Reason, Secret, Signed, Verdict

_WHSEC = "whsec_"


def key_of(secret: Secret, form: str) -> bytes | None:
    """The bytes of a secret that is shown as text, hex, base64 or whsec; None: none."""
    text = secret.value
    try:
        match form:
            case "hex":
                return bytes.fromhex(text)
            case "base64":
                return b64decode(text, validate=True)
            case "whsec":
                return b64decode(text.removeprefix(_WHSEC), validate=True)
            case _:
                return text.encode()
    except ValueError:
        return None


def decoded(signature: str, encoding: str) -> bytes | None:
    """The bytes of a signature; None if it is none."""
    text = signature.strip()
    try:
        if encoding == "hex":
            return bytes.fromhex(text) if text.isalnum() else None
        return b64decode(text, validate=True)
    except (ValueError, BinasciiError):
        return None


def matching(
    message: bytes,
    signatures: Sequence[bytes],
    secrets: Sequence[Secret],
    scheme: tuple[str, str],
) -> str | None:
    """The id of the secret that made one of the signatures; all are tried, always.

    `scheme` is the hash's name and the form of the secrets.
    """
    algorithm, form = scheme
    found: str | None = None
    for secret in secrets:
        key = key_of(secret, form)
        if not key:
            continue
        expected = hmac.digest(key, message, algorithm)
        for signature in signatures:
            if hmac.compare_digest(expected, signature) and found is None:
                found = secret.id
    return found


def moment_of(text: str) -> datetime | None:
    """The time that seconds since 1970 say; None if they are none."""
    if not text.isascii() or not text.isdecimal() or len(text) > 12:  # noqa: PLR2004 - digits
        return None
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=min(int(text), 10**11))


@dataclass(frozen=True, slots=True)
class Hmac:
    """An HMAC in a header, over parts of the request.

    Attributes:
        header: Where the signatures stand.
        form: plain (the signature, after `prefix`), pairs (`t=1,v1=…`) or list (`v1,…
            v1,…`).
        label: Which of the pairs or of the list are signatures.
        over: What is signed.
        algorithm, encoding: Of the signatures.
        key: How secrets are shown: text, hex, base64, whsec.
        time: Where the signed time stands; None: it is not signed.
        tolerance_s: How far it may be off.
    """

    header: str
    over: tuple[Part, ...]
    form: str = "plain"
    label: str = ""
    prefix: str = ""
    algorithm: str = "sha256"
    encoding: str = "base64"
    key: str = "text"
    time: Part | None = None
    tolerance_s: int = 300

    @property
    def describes(self) -> str:
        """What is signed and how."""
        hashed = f"HMAC-{self.algorithm.upper()} in {self.encoding}"
        return f"{hashed}, header {self.header}, over {described(self.over)}"

    def verify(self, signed: Signed, secrets: Sequence[Secret]) -> Verdict:
        """Compare the signatures with those of every live secret."""
        header = signed.headers.get(self.header)
        if not header:
            return Verdict(Reason.UNSIGNED, text=f"there is no header {self.header}")
        if not secrets:
            return Verdict(Reason.NO_SECRET, text="the source has no secret")
        pairs = dict(pairs_of(header)) if self.form == "pairs" else {}
        signatures = [
            found
            for text in self._signatures(header)
            if (found := decoded(text, self.encoding)) is not None
        ]
        if not signatures:
            text = f"{self.header} has no signature in {self.encoding}"
            return Verdict(Reason.MALFORMED, text=text)
        try:
            message = joined(self.over, signed, pairs)
            moment = self._moment(signed, pairs)
        except AbsentError as error:
            return Verdict(Reason.MALFORMED, text=str(error))
        scheme = (self.algorithm, self.key)
        secret = matching(message, signatures, secrets, scheme)
        if secret is None:
            return Verdict(Reason.MISMATCH, text="no secret makes this signature")
        return self._timely(secret, moment, signed.now)

    def _signatures(self, header: str) -> Iterator[str]:
        if self.form == "pairs":
            yield from (value for name, value in pairs_of(header) if name == self.label)
        elif self.form == "list":
            for piece in header.split():
                version, comma, value = piece.partition(",")
                if comma and version == self.label:
                    yield value
        elif header.startswith(self.prefix):
            yield header[len(self.prefix) :]

    def _moment(self, signed: Signed, pairs: Mapping[str, str]) -> datetime | None:
        if self.time is None:
            return None
        text = self.time.read(signed, pairs).decode()
        moment = moment_of(text)
        if moment is None:
            raise AbsentError(f"the signed time {text[:20]!r} is none")
        return moment

    def _timely(self, secret: str, moment: datetime | None, now: datetime) -> Verdict:
        if moment is not None:
            off = abs((now - moment).total_seconds())
            if off > self.tolerance_s:
                text = f"signed {off:.0f} s from now; at most {self.tolerance_s}"
                return Verdict(Reason.STALE, secret, text, moment)
        return Verdict(Reason.VERIFIED, secret, signed_at=moment)


@dataclass(frozen=True, slots=True)
class HmacOfFields:
    """An HMAC in each item of a JSON body, over named fields of it.

    What is not among the fields is not signed. One item whose signature is wrong
    makes the whole wrong: nobody else put it there.
    """

    items: Path
    signature: Path
    fields: tuple[Path, ...]
    separator: str = ":"
    algorithm: str = "sha256"
    encoding: str = "base64"
    key: str = "hex"

    @property
    def describes(self) -> str:
        """What is signed and how."""
        names = f" {self.separator} ".join(field.text for field in self.fields)
        hashed = f"HMAC-{self.algorithm.upper()} in {self.encoding}"
        return f"{hashed}, {self.signature.text} of each item, over {names} alone"

    def verify(self, signed: Signed, secrets: Sequence[Secret]) -> Verdict:
        """Compare the signature of every item."""
        if not secrets:
            return Verdict(Reason.NO_SECRET, text="the source has no secret")
        try:
            document = parse_json(signed.body, Limits(bytes=len(signed.body)))
        except (UnparsableError, DecodeError) as error:
            return Verdict(Reason.MALFORMED, text=str(error))
        items = listed(self.items.read(Scope(document, None, {"document": document})))
        if not items:
            return Verdict(Reason.UNSIGNED, text=f"there is no {self.items.text}")
        verdicts = [self._item(item, secrets) for item in items]
        wrong = [verdict for verdict in verdicts if not verdict.good]
        return wrong[0] if wrong else verdicts[0]

    def _item(self, item: Tree, secrets: Sequence[Secret]) -> Verdict:
        scope = Scope(item, None, {})
        given = plain_text(one_of(self.signature.read(scope)))
        if not given:
            return Verdict(
                Reason.UNSIGNED, text=f"an item has no {self.signature.text}"
            )
        signature = decoded(given, self.encoding)
        if signature is None:
            text = f"{self.signature.text} is not in {self.encoding}"
            return Verdict(Reason.MALFORMED, text=text)
        texts = [plain_text(one_of(field.read(scope))) or "" for field in self.fields]
        message = self.separator.join(texts).encode()
        secret = matching(message, [signature], secrets, (self.algorithm, self.key))
        if secret is None:
            return Verdict(Reason.MISMATCH, text="no secret makes an item's signature")
        return Verdict(Reason.VERIFIED, secret)
