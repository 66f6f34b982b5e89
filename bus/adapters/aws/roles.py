"""Roles that are assumed: keys for an hour, from AWS's own service for that."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import TypeAlias

from botocore.exceptions import CredentialRetrievalError

Call: TypeAlias = Callable[..., Awaitable[Mapping[str, object]]]  # type: ignore[explicit-any]  # as the library makes its methods

_NAME = "orderbus"
"""What the account whose role it is reads in its trail."""


async def assumed(call: Call, role: str, external: str) -> Mapping[str, str]:
    """The keys of a role, as the library's refreshed credentials want them.

    `external` tells whose endpoint it is for: who owns the role asks for it in the
    role's trust, so that nobody else can have the bus write there.

    Raises:
        CredentialRetrievalError: the answer is none of AWS's.
    """
    more = {"ExternalId": external} if external else {}
    answer = await call(RoleArn=role, RoleSessionName=_NAME, **more)
    match answer.get("Credentials"):
        case {
            "AccessKeyId": str(key),
            "SecretAccessKey": str(secret),
            "SessionToken": str(token),
            "Expiration": datetime() as until,
        }:
            return {
                "access_key": key,
                "secret_key": secret,
                "token": token,
                "expiry_time": until.isoformat(),
            }
        case _:
            raise CredentialRetrievalError(
                provider="assume-role", error_msg="not an answer of AWS's"
            )
