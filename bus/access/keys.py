"""A stored key: what is known of it, never its secret."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Self

import orjson
from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from bus.access.digests import Digest
from bus.access.roles import GRANTS, WHOLE_BUS, Role, Tenancy
from bus.access.tokens import ID_PATTERN
from bus.delivery.subscription import ID_PATTERN as TENANT_PATTERN
from bus.delivery.subscription import Line
from bus.errors import InvalidKeyError
from bus.expected import expected


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class StoredDigest(_Model):
    """A digest as it is stored."""

    server_key: Annotated[str, Field(pattern=r"^[0-9a-f]{8}$")]
    value: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", repr=False)]

    @property
    def plain(self) -> Digest:
        """As it is compared."""
        return Digest(self.server_key, self.value)


class Rotated(_Model):
    """The digest of the token before, and until when that still counts."""

    digest: StoredDigest
    until: AwareDatetime


class Linked(_Model):
    """What makes a key a sign-in link: shown once, it becomes that of a session.

    It counts as long as `maker`, the key that asked for it, if one did; its session
    ends at `until` at the latest. `digest` is that of the link, once it was used.
    """

    maker: Annotated[str, Field(pattern=rf"^({ID_PATTERN})?$")] = ""
    until: AwareDatetime | None = None
    used_at: AwareDatetime | None = None
    digest: StoredDigest | None = None


class ApiKey(_Model):
    """A key. Fields that a newer `bus` wrote are left out when it is read."""

    id: Annotated[str, Field(pattern=rf"^{ID_PATTERN}$")]
    role: Role
    tenant: Annotated[str, Field(pattern=rf"^({TENANT_PATTERN.pattern})?$")] = WHOLE_BUS
    digest: StoredDigest
    description: Line = ""
    created_at: AwareDatetime
    created_by: Line = ""
    expires_at: AwareDatetime | None = None
    rotated: Rotated | None = None
    revoked_at: AwareDatetime | None = None
    last_used: date | None = None
    link: Linked | None = None

    @model_validator(mode="after")
    def _tenancy(self) -> Self:
        tenancy = GRANTS[self.role].tenancy
        if tenancy is Tenancy.NEVER and self.tenant:
            raise ValueError(f"tenant: a key of role {self.role.value} has none")
        if tenancy is Tenancy.MUST and not self.tenant:
            raise ValueError(f"tenant: a key of role {self.role.value} needs one")
        return self

    def state(self, now: datetime) -> str:
        """What it is now: active, expired or revoked."""
        if self.revoked_at is not None:
            return "revoked"
        if self.expires_at is not None and now >= self.expires_at:
            return "expired"
        return "active"

    def stored(self) -> bytes:
        """The bytes it is stored as."""
        return orjson.dumps(self.model_dump(mode="json"))


def parse_key(fields: Mapping[str, object]) -> ApiKey:
    """Build a key from plain fields.

    Raises:
        InvalidKeyError: the first wrong field and why; a value is never repeated.
    """
    try:
        return ApiKey.model_validate(fields)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)[0]
    why = expected(found["type"], found.get("ctx", {}), found["msg"])
    if not found["loc"]:
        field, _, why = why.partition(": ")
        raise InvalidKeyError(field, why)
    field = ".".join(map(str, found["loc"]))
    if field == "tenant":
        why = (
            "expected 2 to 63 lower-case letters, digits and dashes, the first one no"
            " dash"
        )
    raise InvalidKeyError(field, why)


def restore_key(key: bytes, value: bytes) -> ApiKey:
    """The key that was stored under this record key.

    Raises:
        InvalidKeyError: these bytes are no key with this id.
    """
    try:
        fields: object = orjson.loads(value)
    except orjson.JSONDecodeError:
        raise InvalidKeyError("key", "not JSON") from None
    if not isinstance(fields, dict):
        raise InvalidKeyError("key", "not a JSON object")
    found = parse_key(fields)
    if found.id.encode() != key:
        raise InvalidKeyError("id", "differs from the record's key")
    return found
