"""Reading requests and writing answers of Confluent's REST interface."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeAlias, TypeVar

from aiohttp import web

from bus.errors import RegistryUnavailableError
from bus.registry.admission import Candidate
from bus.registry.answers import (
    LATEST,
    Refused,
    in_default_context,
    invalid_schema,
)
from bus.registry.records import Reference, Version

T = TypeVar("T")
Handler: TypeAlias = Callable[[web.Request], Awaitable[object]]

SUBJECT = "{subject:[^/]+}"
"""A part of a path; without the pattern it could hold no braces."""
MAX_BODY = 1024 * 1024
MAX_VERSION = 2**31 - 1
MEDIA_TYPE = "application/vnd.schemaregistry.v1+json"
_NOT_KEPT = (
    "alias",
    "normalize",
    "validateFields",
    "validateNames",
    "validateRules",
    "compatibilityGroup",
    "compatibilityPolicy",
    "defaultMetadata",
    "overrideMetadata",
    "defaultRuleSet",
    "overrideRuleSet",
)
"""Confluent's other fields of a configuration: refused unless they say nothing."""
_JSON_TYPES = frozenset(
    {MEDIA_TYPE, "application/vnd.schemaregistry+json", "application/json"}
)


class RefusedError(Exception):
    """Ends the handling of a request with a refusal."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.message)
        self.refused = refused


def taken(answer: T | Refused) -> T:
    """Return the answer, or end the request with the refusal that it is."""
    if isinstance(answer, Refused):
        raise RefusedError(answer)
    return answer


# --- reading


def flag(request: web.Request, *names: str) -> bool:
    """Is one of these query parameters true? Clients write True, true and TRUE."""
    return any(request.query.get(name, "").lower() == "true" for name in names)


def subject_of(request: web.Request) -> str:
    """The subject in the path, without the default context."""
    return taken(in_default_context(request.match_info["subject"]))


def subject_or_all(request: web.Request) -> str | None:
    """The subject in the path; None where the path is about all of them."""
    return subject_of(request) if "subject" in request.match_info else None


def version_of(request: web.Request) -> int:
    """The version in the path, or LATEST."""
    word = request.match_info["version"]
    if word in {"latest", "-1"}:
        return LATEST
    number = int(word) if word.isascii() and word.isdigit() and len(word) < 11 else 0  # noqa: PLR2004 - more digits than MAX_VERSION has
    if 1 <= number <= MAX_VERSION:
        return number
    raise RefusedError(
        Refused(
            42202,
            f"The specified version '{word}' is not a valid version id. Allowed values "
            'are between [1, 2^31-1] and the string "latest"',
        )
    )


def page(request: web.Request, items: Sequence[T]) -> Sequence[T]:
    """The part of a list that `offset` and `limit` ask for."""
    try:
        offset = int(request.query.get("offset", 0))
        limit = int(request.query.get("limit", -1))
    except ValueError:
        raise RefusedError(Refused(400, "offset and limit are numbers")) from None
    rest = items[max(offset, 0) :]
    return rest if limit < 0 else rest[:limit]


async def body_of(request: web.Request) -> Mapping[str, object]:
    """The JSON object in the request's body.

    Other media types are refused: a web page could send them without asking first.
    """
    if request.content_type not in _JSON_TYPES or "Content-Type" not in request.headers:
        raise RefusedError(Refused(415, f"Content-Type has to be {MEDIA_TYPE}"))
    try:
        body: object = json.loads(await request.text(), parse_constant=_no_number)
    except (ValueError, RecursionError, LookupError):
        raise RefusedError(Refused(400, "The body is not JSON")) from None
    if not isinstance(body, dict):
        raise RefusedError(Refused(400, "The body is not a JSON object"))
    return body


async def candidate_of(request: web.Request) -> Candidate:
    """The schema in the request's body, under the subject in its path."""
    body = await body_of(request)
    text = body.get("schema")
    if not isinstance(text, str) or not text.strip():
        raise RefusedError(invalid_schema("Empty schema"))
    _only_what_we_keep(body)
    references = body.get("references") or []
    if not isinstance(references, list):
        raise RefusedError(invalid_schema("references is not a list"))
    return Candidate(
        subject_of(request),
        text,
        tuple(_reference(reference) for reference in references),
        normalize=flag(request, "normalize"),
        id=_number(body, "id"),
        version=_number(body, "version"),
    )


def _no_number(name: str) -> object:
    raise ValueError(f"{name} is no number of JSON")


def text_of(body: Mapping[str, object], name: str) -> str:
    """A text in the body, empty if there is none."""
    value = body.get(name)
    return value if isinstance(value, str) else ""


def level_of(body: Mapping[str, object]) -> str:
    """The level in the body of `PUT /config`; what else it sets is refused by name."""
    for name in body:
        if name not in {"compatibility", *_NOT_KEPT}:
            raise RefusedError(Refused(422, f"Unrecognized field: {name[:80]}"))
    for name in _NOT_KEPT:
        if body.get(name):
            raise RefusedError(
                Refused(422, f"{name} is not supported; only compatibility can be set")
            )
    return text_of(body, "compatibility")


def _only_what_we_keep(body: Mapping[str, object]) -> None:
    schema_type = body.get("schemaType") or "AVRO"
    if schema_type != "AVRO":
        raise RefusedError(
            invalid_schema(
                f"schemaType {schema_type} is not supported; this registry holds AVRO "
                "schemas only"
            )
        )
    for name in ("metadata", "ruleSet", "schemaTagsToAdd", "schemaTagsToRemove"):
        if body.get(name):
            raise RefusedError(invalid_schema(f"{name} is not supported"))


def _reference(parts: object) -> Reference:
    if isinstance(parts, dict):
        name, subject = parts.get("name"), parts.get("subject")
        version = parts.get("version")
        named = isinstance(name, str) and isinstance(subject, str)
        if named and isinstance(version, int) and version >= 1:
            plain = taken(in_default_context(str(subject)))
            return Reference(str(name), plain, version)
    raise RefusedError(
        invalid_schema("a reference has a name, a subject and a version from 1 on")
    )


def _number(body: Mapping[str, object], name: str) -> int | None:
    value = body.get(name)
    if value in {None, -1, 0}:
        return None
    if isinstance(value, int) and 1 <= value <= MAX_VERSION:
        return value
    raise RefusedError(Refused(42202, f"{name} is not a number from 1 on"))


# --- writing


def shown(version: Version, text: str | None = None) -> dict[str, object]:
    """A version as JSON; `text` stands for its own if given."""
    return {
        "subject": version.subject,
        "version": version.version,
        "id": version.id,
    } | shown_schema(version, text)


def shown_schema(version: Version, text: str | None = None) -> dict[str, object]:
    """A version's schema as JSON, without where it is registered."""
    content = version.content
    out: dict[str, object] = {}
    if content.schema_type != "AVRO":
        out["schemaType"] = content.schema_type
    if content.references and text is None:
        out["references"] = [reference._asdict() for reference in content.references]
    return out | {"schema": text or content.text, "guid": str(content.guid)}


def answer(request: web.Request, content: object, status: int = 200) -> web.Response:
    """Write an answer in the media type that the client asks for first."""
    accepted = request.headers.get("Accept", "").partition(",")[0].partition(";")[0]
    media_type = accepted.strip() if accepted.strip() in _JSON_TYPES else MEDIA_TYPE
    if isinstance(content, str):
        text = content
    else:
        text = json.dumps(content, separators=(",", ":"), ensure_ascii=False)
    return web.Response(
        body=text.encode(), status=status, headers={"Content-Type": media_type}
    )


def refusal(request: web.Request, refused: Refused) -> web.Response:
    """Write a refusal."""
    content = {"error_code": refused.code, "message": refused.message}
    return answer(request, content, refused.status)


def handled(handler: Handler) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Make a handler that returns JSON into one that answers, refusals included."""

    async def handle(request: web.Request) -> web.Response:
        try:
            return answer(request, await handler(request))
        except RefusedError as error:
            return refusal(request, error.refused)
        except RegistryUnavailableError as error:
            return refusal(request, Refused(50001, str(error)))
        except web.HTTPRequestEntityTooLarge:
            what = f"The request is larger than {MAX_BODY} bytes"
            return refusal(request, Refused(413, what))

    return handle
