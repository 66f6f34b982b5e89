"""A parcel in the texts that AWS takes: its body, its attributes, its order."""

import re
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import TypeAlias

from bus.sending import Parcel

Attributes: TypeAlias = Mapping[str, Mapping[str, str]]
_TYPE = "ce_type"
_STRING = "String"
_LONGEST_GROUP = 128
_GROUP = re.compile(rf"[!-~]{{1,{_LONGEST_GROUP}}}")
# What no message may hold: https://www.w3.org/TR/REC-xml/#charsets
_NO_TEXT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BODY_REFUSED = "not sent: its body is {}, which AWS takes in no message"


def body_of(parcel: Parcel) -> str:
    """The body as a text, byte for byte.

    Raises:
        ValueError: it is none that a message may hold; says so.
    """
    try:
        text = parcel.body.decode()
    except UnicodeDecodeError:
        raise ValueError(_BODY_REFUSED.format("not UTF-8")) from None
    if not text:
        raise ValueError(_BODY_REFUSED.format("empty"))
    if _NO_TEXT.search(text):
        raise ValueError(_BODY_REFUSED.format("text with control characters"))
    return text


def attributes_of(parcel: Parcel) -> Attributes:
    """What a webhook has in its headers, by the same names, and the event's type."""
    return {
        name: {"DataType": _STRING, "StringValue": value}
        for name, value in fields_of(parcel)
    }


def fields_of(parcel: Parcel) -> Iterator[tuple[str, str]]:
    """The same as plain texts; what is empty is not there."""
    for name, value in parcel.headers:
        if clean := _NO_TEXT.sub("?", value):
            yield name.lower(), clean
    yield _TYPE, _NO_TEXT.sub("?", parcel.event.type)


def size_of(parcel: Parcel) -> int:
    """Bytes as SQS and SNS count them: body, and attributes with names and types."""
    return len(parcel.body) + sum(
        len(name) + len(_STRING) + 4 * len(value) for name, value in _counted(parcel)
    )


def _counted(parcel: Parcel) -> Sequence[tuple[str, str]]:
    return (*parcel.headers, (_TYPE, parcel.event.type))


def group_of(parcel: Parcel) -> str:
    """The group that keeps an order's events in order: the order id.

    One that is no group's name (too long, with spaces, not ASCII) has a digest of it
    for a name: cut short, two orders could be one.
    """
    subject = parcel.event.subject
    if _GROUP.fullmatch(subject):
        return subject
    return sha256(subject.encode("utf-8", "surrogatepass")).hexdigest()
