"""Which format a sample is of, by how it begins."""

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
