"""JSON as strangers write it: read exactly, or refused with the reason.

RFC 8259 leaves much open; here a number keeps all its digits, and what two readers
could understand differently (a name twice, NaN) is refused.
"""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import NoReturn, cast

from bus.errors import DecodeError

_MAX_DIGITS = 400


def read_json(text: bytes, *, written_out: bool = False) -> object:
    """Return the value of a JSON text; numbers with a point or exponent are `Decimal`.

    `written_out` is for who will write numbers with all their digits: what only an
    exponent makes too long, 1e999999, is refused as if it stood there in full.

    Raises:
        DecodeError: It is none; says why and where.
    """
    try:
        decoder = _WRITTEN_OUT if written_out else _DECODER
        value: object = decoder.decode(text.decode("utf-8-sig"))
        whole = b"\\u" not in text or _is_text(value)
    except UnicodeDecodeError:
        raise DecodeError("the JSON is not UTF-8") from None
    except RecursionError:
        raise DecodeError("the JSON is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise DecodeError(
            f"no JSON: {error.msg} at character {error.pos + 1}"
        ) from None
    if not whole:
        raise DecodeError("the JSON has text that UTF-8 cannot hold")
    return value


def _is_text(value: object) -> bool:
    """Whether there is no half of a surrogate pair anywhere."""
    try:
        json.dumps(value, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError:
        return False
    return True


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) < len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise DecodeError(f"the JSON has {name[:60]!r} twice in one object")
            seen.add(name)
    return members


def _whole(digits: str) -> int:
    if len(digits) > _MAX_DIGITS:
        raise DecodeError("the JSON has a number of too many digits")
    return int(digits)


def _fraction(digits: str) -> Decimal:
    if len(digits) > _MAX_DIGITS:
        raise DecodeError("the JSON has a number of too many digits")
    try:
        return Decimal(digits)
    except ArithmeticError:
        raise DecodeError("the JSON has a number of too many digits") from None


def _in_full(digits: str) -> Decimal:
    value = _fraction(digits)
    places = cast("int", value.as_tuple().exponent)
    if max(places, value.adjusted(), -places) > _MAX_DIGITS:
        raise DecodeError("the JSON has a number of too many digits")
    return value


def _no_constant(name: str) -> NoReturn:
    raise DecodeError(f"the JSON has {name}, which is no number")


def _decoder(fraction: Callable[[str], Decimal]) -> json.JSONDecoder:
    return json.JSONDecoder(
        object_pairs_hook=_members,
        parse_int=_whole,
        parse_float=fraction,
        parse_constant=_no_constant,
    )


_DECODER = _decoder(_fraction)
_WRITTEN_OUT = _decoder(_in_full)
