"""What is not a signature: a secret in the document, or nothing but the transport."""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bus.intake.parsing.jsontree import parse_json
from bus.intake.parsing.paths import Path, Scope, one_of, plain_text
from bus.intake.parsing.tree import Limits, UnparsableError
from bus.intake.parsing.xmltree import parse_xml
from bus.intake.verifying.verdict import Reason, Secret, Signed, Verdict


@dataclass(frozen=True, slots=True)
class SharedSecret:
    """A secret in a header, or within the document itself.

    It says who sends, not that nobody changed what was sent: that is TLS's part.
    """

    header: str = ""
    path: Path | None = None
    format: str = "xml"
    namespaces: Mapping[str, str] = field(default_factory=dict)

    @property
    def describes(self) -> str:
        """What is checked and how."""
        where = f"header {self.header}" if self.path is None else self.path.text
        return f"a shared secret in {where}; the content is not signed"

    def verify(self, signed: Signed, secrets: Sequence[Secret]) -> Verdict:
        """Compare it with every live secret."""
        if not secrets:
            return Verdict(Reason.NO_SECRET, text="the source has no secret")
        try:
            given = self._given(signed)
        except UnparsableError as error:
            return Verdict(Reason.MALFORMED, text=str(error))
        if not given:
            return Verdict(Reason.UNSIGNED, text="there is no shared secret in it")
        found: str | None = None
        for secret in secrets:
            same = hmac.compare_digest(given.encode(), secret.value.encode())
            if same and secret.value and found is None:
                found = secret.id
        if found is None:
            return Verdict(Reason.MISMATCH, text="the shared secret is another")
        return Verdict(Reason.VERIFIED, found)

    def _given(self, signed: Signed) -> str:
        if self.path is None:
            return signed.headers.get(self.header, "")
        limits = Limits(bytes=len(signed.body))
        if self.format == "json":
            document = parse_json(signed.body, limits)
        else:
            document = parse_xml(signed.body, limits, self.namespaces, doctype=True)
        value = one_of(self.path.read(Scope(document, None, {"document": document})))
        if isinstance(value, dict):
            value = value.get("#text")
        return plain_text(value) or ""


@dataclass(frozen=True, slots=True)
class NotSigned:
    """Nothing is signed: whoever may use the transport is believed."""

    why: str = ""

    @property
    def describes(self) -> str:
        """Why there is nothing to check."""
        return f"nothing: {self.why or 'the transport alone says who sends'}"

    def verify(self, signed: Signed, secrets: Sequence[Secret]) -> Verdict:
        """Say that nothing was checked."""
        del signed, secrets
        return Verdict(Reason.NOT_CHECKED, text=self.describes)
