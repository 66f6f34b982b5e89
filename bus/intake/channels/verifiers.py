"""The verifier that channel.yaml declares under `verify`."""

import re
from collections.abc import Callable

from bus.intake.channels.shape import Block
from bus.intake.parsing.paths import Path, WordingError, read_path
from bus.intake.verifying.fetched import FetchedKey
from bus.intake.verifying.hashed import Hmac, HmacOfFields
from bus.intake.verifying.parts import KINDS, Part, read_part
from bus.intake.verifying.plain import NotSigned, SharedSecret
from bus.intake.verifying.public_keys import JWS_ALGORITHMS, Jws, PublicKey
from bus.intake.verifying.verdict import Verifier

_FOLDER = re.compile(r"https://[a-z0-9.-]+(:\d{1,5})?/([A-Za-z0-9._~-]+/)*")
_HASHES = ("sha1", "sha256", "sha384", "sha512")
_ENCODINGS = ("base64", "hex")
_SECRETS = ("text", "hex", "base64", "whsec")


def read_verifier(block: Block) -> Verifier:
    """Return the verifier; one that checks nothing if what is declared is wrong."""
    kind = block.one_of("kind", tuple(_READERS), "none")
    if block.node.get("kind") is None:
        text = "verify.kind is missing; `none` says that nothing is signed"
        block.problems.add(block.node, "shape", text)
    return _READERS[kind](block)


def _none(block: Block) -> Verifier:
    block.only(("kind", "why"))
    return NotSigned(block.text("why", ""))


def _hmac(block: Block) -> Verifier:
    block.only(
        (
            "kind",
            "header",
            "form",
            "label",
            "prefix",
            "over",
            "algorithm",
            "encoding",
            "secret",
            "time",
            "tolerance",
        )
    )
    time = block.texts("time")
    return Hmac(
        header=block.text("header").lower(),
        over=_parts(block),
        form=block.one_of("form", ("plain", "pairs", "list"), "plain"),
        label=block.text("label", "v1"),
        prefix=block.text("prefix", ""),
        algorithm=block.one_of("algorithm", _HASHES, "sha256"),
        encoding=block.one_of("encoding", _ENCODINGS, "base64"),
        key=block.one_of("secret", _SECRETS, "text"),
        time=read_part(str(time[0].text)) if time else None,
        tolerance_s=block.seconds("tolerance", "300s"),
    )


def _fields(block: Block) -> Verifier:
    block.only(
        (
            "kind",
            "items",
            "signature",
            "fields",
            "separator",
            "algorithm",
            "encoding",
            "secret",
        )
    )
    return HmacOfFields(
        items=_path(block, "items"),
        signature=_path(block, "signature"),
        fields=tuple(_paths(block, "fields")),
        separator=block.text("separator", ":"),
        algorithm=block.one_of("algorithm", _HASHES, "sha256"),
        encoding=block.one_of("encoding", _ENCODINGS, "base64"),
        key=block.one_of("secret", _SECRETS, "hex"),
    )


def _public_key(block: Block) -> Verifier:
    if block.node.get("key") is not None:
        return _fetched_key(block)
    block.only(("kind", "header", "over", "hash", "encoding", "form"))
    return PublicKey(
        header=block.text("header").lower(),
        over=_parts(block),
        kind=block.text("kind"),
        hash=block.one_of("hash", _HASHES, "sha256"),
        encoding=block.one_of("encoding", _ENCODINGS, "base64"),
        form=block.one_of("form", ("plain", "json"), "plain"),
    )


def _fetched_key(block: Block) -> Verifier:
    """One whose key the request names, by the address of a file in a pinned folder."""
    block.only(("kind", "header", "over", "hash", "encoding", "key"))
    key = block.block("key")
    key.only(("header", "below"))
    folders = tuple(key.texts("below"))
    for node in folders:
        if not _FOLDER.fullmatch(str(node.text)):
            text = f"{node.text!r}: below is https://, a host, a path, and ends with /"
            block.problems.add(node, "shape", text)
    if not folders:
        block.problems.add(key.node, "shape", "verify.key.below is missing")
    return FetchedKey(
        header=block.text("header").lower(),
        over=_parts(block),
        key_header=key.text("header").lower(),
        below=tuple(str(node.text) for node in folders),
        kind=block.text("kind"),
        hash=block.one_of("hash", _HASHES, "sha256"),
        encoding=block.one_of("encoding", _ENCODINGS, "base64"),
    )


def _jws(block: Block) -> Verifier:
    block.only(("kind", "header", "algorithm"))
    algorithm = block.one_of("algorithm", JWS_ALGORITHMS, "RS256")
    return Jws(block.text("header").lower(), algorithm)


def _shared(block: Block) -> Verifier:
    block.only(("kind", "header", "path", "format"))
    if block.node.get("path") is None:
        return SharedSecret(header=block.text("header").lower())
    kind = block.one_of("format", ("xml", "json"), "xml")
    return SharedSecret(path=_path(block, "path"), format=kind)


def _parts(block: Block) -> tuple[Part, ...]:
    parts = []
    for node in block.texts("over"):
        part = read_part(str(node.text))
        if part is None:
            text = f"{node.text!r} is none of {', '.join(KINDS)}"
            block.problems.add(node, "shape", text)
        else:
            parts.append(part)
    if not any(part.kind in {"body", "crc32"} for part in parts):
        text = "over has no body: anybody could change it"
        block.problems.add(block.node.get("over") or block.node, "unsigned_body", text)
    return tuple(parts)


def _path(block: Block, name: str) -> Path:
    found = list(_paths(block, name))
    if not found:
        block.problems.add(block.node, "shape", f"verify: {name} is missing")
    return found[0] if found else read_path("@")


def _paths(block: Block, name: str) -> list[Path]:
    found = []
    for node in block.texts(name):
        try:
            found.append(read_path(str(node.text)))
        except WordingError as error:
            block.problems.add(node, "wording", str(error))
    return found


_READERS: dict[str, Callable[[Block], Verifier]] = {
    "none": _none,
    "hmac": _hmac,
    "hmac-fields": _fields,
    "ecdsa": _public_key,
    "rsa": _public_key,
    "ed25519": _public_key,
    "jws": _jws,
    "shared-secret": _shared,
}
