"""How an answer says where it ends: lengths mended as curl does, faults named.

llhttp refuses an answer that says its length twice, though both mean the same. What
it refused is looked at here once more; what it takes costs nothing.

Sources: RFC 9110 section 8.6; RFC 9112 section 6.3.
"""

import re

_HEAD_END = re.compile(rb"\n\r?\n")
_INFORMATIONAL = re.compile(rb"HTTP/1\.[01] +1(?!01)\d\d")
_LENGTH, _CODING = b"content-length", b"transfer-encoding"
_MOST_DIGITS = 20

LONG_HEAD = "its head is too long"
_TWO, _NO_NUMBER = (
    "two content-lengths that differ",
    "a content-length that is no number",
)
_BESIDE = "a content-length beside a transfer-encoding that is not chunked"
_MENDABLE = frozenset({_TWO, _NO_NUMBER, _BESIDE})
_FAULTS = {
    "Duplicate Content-Length": _TWO,
    "Invalid character in Content-Length": _NO_NUMBER,
    "Empty Content-Length": "an empty content-length",
    "Content-Length overflow": "a content-length beyond all measure",
    "Transfer-Encoding can't be present with Content-Length": _BESIDE,
    "Content-Length can't be present with Transfer-Encoding": _BESIDE,
    "Empty Transfer-Encoding": "an empty transfer-encoding",
    "Invalid character in chunk size": "a chunk's size that is no number",
    "Chunk size overflow": "a chunk's size beyond all measure",
    "Expected LF after chunk data": "a chunk that is longer than its size",
    "Invalid header token": "a header's name that is no token",
    "Missing expected LF after header value": "a header that ends in CR alone",
    "Invalid HTTP header: b'\\x00'": "a null byte in a header",
    "Got more than": LONG_HEAD,
    "Too many headers": LONG_HEAD,
}


def fault(told: str) -> str:
    """What is wrong with an answer, in words for a partner; "" for the rest.

    `told` is what llhttp or aiohttp say, who quote the answer: it goes no further.
    """
    head = told.partition("\n\n")[0]
    return next((words for theirs, words in _FAULTS.items() if theirs in head), "")


def mended(seen: bytes, words: str) -> bytes | None:
    """An answer with its length said once, and its connection's end announced.

    `words` say why it was refused. Equal lengths become one; beside chunks lengths do
    not count. b"": more must come to know. None: there is nothing to mend.
    """
    if words not in _MENDABLE:
        return None
    start = 0
    while True:
        end = _HEAD_END.search(seen, start)
        if end is None:
            return b""
        if not _INFORMATIONAL.match(seen, start):
            break
        start = end.end()
    head = _mended_head(seen[start : end.start() + 1])
    return None if head is None else seen[:start] + head + seen[end.start() + 1 :]


def _mended_head(head: bytes) -> bytes | None:
    lines = head.splitlines(keepends=True)
    if any(line[:1] in b" \t" for line in lines):
        return None  # folded: nobody agrees on what that means
    fields = [(name_of(line), line.partition(b":")[2].strip()) for line in lines]
    said = [value for name, value in fields if name == _LENGTH]
    codings = [value for name, value in fields if name == _CODING]
    lengths = {part.strip() for value in said for part in value.split(b",")}
    chunked = bool(codings) and _last(codings[-1]) == b"chunked"
    if not all(part.isdigit() and len(part) <= _MOST_DIGITS for part in lengths):
        return None
    if (
        not said
        or (codings and not chunked)
        or len(set(map(int, lengths))) > 1 > chunked
    ):
        return None
    kept = [
        line for line, (name, _) in zip(lines, fields, strict=True) if name != _LENGTH
    ]
    length = b"" if chunked else b"content-length: %d\r\n" % int(min(lengths))
    return b"".join(kept) + length + b"connection: close\r\n"


def name_of(line: bytes) -> bytes:
    """A header's name as it is compared; a status line has none that matters."""
    return line.partition(b":")[0].rstrip().lower()


def _last(codings: bytes) -> bytes:
    return codings.rpartition(b",")[2].strip().lower()
