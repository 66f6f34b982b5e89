"""What never reaches a topic: numbers of cards, and secrets that stand in a document.

A card's number is recognised by its issuer's first digits, its length and its check
digit (ISO/IEC 7812-1, annex B). One in ten of all numbers has a right check digit, so
what names an identifier (`id`, `gtin`, `tracking_number`) is left alone: an order's id
that was changed would be another order's.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from xml.sax.saxutils import escape

PAN, SECRET = "pan", "shared-secret"
_MASK = b"***"
_LONG = 16
_KEPT_FIRST, _KEPT_LAST = 6, 4

# Issuers and lengths that are in use: Visa, Mastercard, American Express, Discover,
# Diners Club, JCB, UnionPay, Maestro. Visa's 13 digits are not: those are GTINs.
_ISSUERS = re.compile(
    rb"4\d{15}|4\d{18}"
    rb"|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}"
    rb"|3[47]\d{13}"
    rb"|6(?:011|5\d\d|4[4-9]\d)\d{12}"
    rb"|3(?:0[0-5]|[68]\d)\d{11}"
    rb"|35(?:2[89]|[3-8]\d)\d{12}"
    rb"|62\d{14}|62\d{17}"
    rb"|(?:50|5[6-8]|6[37])\d{14}|(?:50|5[6-8]|6[37])\d{17}"
)
# Digits in one piece, or in the groups that are printed on cards.
_NUMBER = re.compile(
    rb"(?<![0-9A-Za-z.+/=_\-])"
    rb"(?:\d{14,19}"
    rb"|\d{4}([ -])\d{4}\1\d{4}\1\d{4}(?:\1\d{3})?"
    rb"|\d{4}([ -])\d{6}\2\d{4,5})"
    rb"(?![0-9A-Za-z+/=_]|[.\-]\d)"
)
_NAMED = re.compile(
    rb"""(?:"|<|\b)([A-Za-z_:@][\w:.\-]{0,60})["']?\s*[:=>]\s*["'\[]?\s*$"""
)
_IDENTIFIES = re.compile(
    rb"(?:^|[_\-.:@a-z0-9])(?:id|ids|ID|Id|Ids|gtin\d*|ean|upc|isbn|barcode|sku|gln|sscc"
    rb"|tracking|trackingnumber|tracking_number|trackingNumber|hash|time|timestamp"
    rb"|phone|version|cursor)$|^(?:Id|ID|GTIN|EAN|UPC|SKU|SSCC|Barcode)$"
)
_LOOK_BEHIND = 80
_HINT = re.compile(rb"\d{4}[ -]?\d{4}")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def redacted(
    body: bytes, element: str = "", secrets: Mapping[str, str] | None = None
) -> tuple[bytes, dict[str, int]]:
    """The body without what nobody may keep, and how often what was taken out.

    `element` is the XML element, or the JSON name, that holds a shared secret;
    `secrets` are the live ones by id, which may stand nowhere at all; without an
    element those of a few letters are left, which may be words.
    """
    if body[:2] in _UTF16 or body[1:2] == b"\0":
        return _of_wide(body, element, secrets)
    found: Counter[str] = Counter()
    if element:
        body = _without_element(body, element.encode(), found)
    for text in (secrets or {}).values():
        if element or len(text) >= _LONG:
            body = _without_text(body, text, found)
    if _HINT.search(body):
        body = _without_cards(body, found)
    return body, dict(found)


def _of_wide(
    body: bytes, element: str, secrets: Mapping[str, str] | None
) -> tuple[bytes, dict[str, int]]:
    """UTF-16, as XML may be, by way of UTF-8."""
    name = "utf-16" if body[:2] in _UTF16 else "utf-16-le"
    try:
        text = body.decode(name)
    except UnicodeDecodeError:
        return body, {}
    plain, found = redacted(b" " + text.encode(), element, secrets)
    return (plain[1:].decode().encode(name) if found else body), found


def is_card(digits: bytes) -> bool:
    """Whether these digits are a card's number, by issuer, length and check digit."""
    return bool(_ISSUERS.fullmatch(digits)) and _is_checked(digits)


def _is_checked(digits: bytes) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = digit - ord("0")
        if place % 2:
            value = value * 2 - 9 if value > 4 else value * 2  # noqa: PLR2004 - Luhn's
        total += value
    return total % 10 == 0


def _without_cards(body: bytes, found: Counter[str]) -> bytes:
    pieces: list[bytes] = []
    at = 0
    for start, end in _cards(body):
        pieces += (body[at:start], _masked(body, start, end))
        at = end
        found[PAN] += 1
    return b"".join((*pieces, body[at:])) if pieces else body


def _cards(body: bytes) -> Iterator[tuple[int, int]]:
    for match in _NUMBER.finditer(body):
        digits = match[0].replace(b" ", b"").replace(b"-", b"")
        if is_card(digits) and not _is_identifier(body, match.start()):
            yield match.span()


def _is_identifier(body: bytes, at: int) -> bool:
    """Whether the name before a value says that it identifies something."""
    named = _NAMED.search(body[max(0, at - _LOOK_BEHIND) : at])
    return named is not None and bool(_IDENTIFIES.search(named[1]))


def _masked(body: bytes, start: int, end: int) -> bytes:
    """The first six and the last four digits stay (PCI DSS, 3.4), so does JSON."""
    text, bare = bytearray(body[start:end]), _is_bare(body, start, end)
    places = [place for place, byte in enumerate(text) if byte in b"0123456789"]
    for place in places[_KEPT_FIRST:-_KEPT_LAST]:
        text[place] = ord("0") if bare else ord("*")
    return bytes(text)


def _is_bare(body: bytes, start: int, end: int) -> bool:
    """Whether it may be a number of JSON, where a star would be a mistake."""
    before = body[max(0, start - 8) : start].rstrip()[-1:]
    after = body[end : end + 8].lstrip()[:1]
    return before in {b":", b",", b"[", b""} and after in {b",", b"}", b"]", b""}


def _without_element(body: bytes, name: bytes, found: Counter[str]) -> bytes:
    element = re.compile(
        rb"(<(?:[\w.\-]{1,40}:)?" + re.escape(name) + rb"(?:\s[^<>]{0,1000})?>)"
        rb"(?=[^<]|<!)[^<]*(?:<!\[CDATA\[[^\]]*\]\]>[^<]*)?"
        rb"(</)"
    )
    member = re.compile(
        rb'("' + re.escape(name) + rb'"\s*:\s*)"(?:[^"\\]|\\.){1,10000}"', re.DOTALL
    )
    body, elements = element.subn(rb"\1" + _MASK + rb"\2", body)
    body, members = member.subn(rb'\1"' + _MASK + b'"', body)
    _count(found, elements + members)
    return body


def _without_text(body: bytes, text: str, found: Counter[str]) -> bytes:
    for form in {text, escape(text), escape(text, {'"': "&quot;", "'": "&apos;"})}:
        if (said := form.encode()) in body:
            _count(found, body.count(said))
            body = body.replace(said, _MASK)
    return body


def _count(found: Counter[str], number: int) -> None:
    if number:
        found[SECRET] += number
