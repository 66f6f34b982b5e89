"""Which format a sample is of, by how it begins."""

from codecs import BOM_UTF16_BE, BOM_UTF16_LE

_LIKE = {b"ISA": "x12", b"UNA": "edifact", b"UNB": "edifact"}


def like_of(body: bytes) -> str | None:
    """The shipped channel whose format this is, if it is that of one."""
    head = body.lstrip(b"\xef\xbb\xbf\r\n\t ")
    if head[:3] in _LIKE:
        return _LIKE[head[:3]]
    if b"oasis:names:specification:ubl" in head[:4000]:
        return "ubl"
    return "cxml" if b"<cXML" in head[:4000] else None


def suffix_of(body: bytes) -> str:
    """How the name of a file with this in it ends."""
    head = body.lstrip(b"\xef\xbb\xbf\r\n\t ")
    if head[:3] in _LIKE:
        return "edi"
    return {b"{": "json", b"[": "json", b"<": "xml"}.get(head[:1], "csv")


def is_wide(body: bytes) -> bool:
    """Whether it says that it is UTF-16."""
    return body[:2] in (BOM_UTF16_LE, BOM_UTF16_BE)


def wide_as(body: bytes) -> str | None:
    """What is in UTF-16 and must not be: JSON or XML, whose lines are no rows."""
    if not is_wide(body):
        return None
    first = body.decode("utf-16", "replace").lstrip()[:1]
    return {"{": "JSON", "[": "JSON", "<": "XML"}.get(first)
