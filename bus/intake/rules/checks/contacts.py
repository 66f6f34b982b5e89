"""E-mail addresses and telephone numbers: whether they can be used at all."""

import re
from collections.abc import Callable, Iterator

from bus.intake.rules.checks.covering import digits_covered, email_covered
from bus.intake.rules.checks.kind import Check, Found, Run
from bus.intake.rules.checks.parameters import Given, Kind, Parameter, Strict
from bus.intake.rules.known import Context
from bus.intake.rules.order import Order
from bus.intake.rules.reading import text

_MOST_EMAIL = 254
_LOCAL = re.compile(r"[^\s@<>(),;:\"\\\[\]\x00-\x1f]{1,64}")
_DOMAIN = re.compile(
    r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_](?:[\w-]{0,61}[^\W_])"
)
_PHONE_SIGNS = re.compile(
    r"[\s().\-/\u00a0\u2010-\u2015]|ext\.?\s*[0-9]{1,6}$|x[0-9]{1,6}$"
)
_PHONE = re.compile(r"(?:\+|00)?[0-9]{6,15}")
_FEWEST_KINDS = 2

ROLES = Parameter(
    "roles",
    Kind.TEXTS,
    "whose; none: everybody's",
    "",
    Strict.WIDER,
)
NEEDED = Parameter(
    "needed",
    Kind.YES,
    "whether one is missed where there is none",
    "no",
    Strict.MORE,
)


def is_email(value: str) -> bool:
    """Whether mail could be sent there (RFC 5321's usual form, other scripts too)."""
    local, _, domain = value.rpartition("@")
    return (
        len(value) <= _MOST_EMAIL
        and bool(_LOCAL.fullmatch(local))
        and not local.startswith(".")
        and not local.endswith(".")
        and ".." not in local
        and bool(_DOMAIN.fullmatch(domain))
    )


def is_phone(value: str) -> bool:
    """Whether it could be dialled: E.164 has 15 digits at most, nobody under 6."""
    digits = _PHONE_SIGNS.sub("", value)
    return bool(_PHONE.fullmatch(digits)) and len(set(digits)) >= _FEWEST_KINDS


def _contact(
    name: str, fits: Callable[[str], bool], cover: Callable[[str], str], what: str
) -> Callable[[Given], Run]:
    def make(given: Given) -> Run:
        roles, needed = frozenset(given.texts("roles")), given.yes("needed")

        def run(order: Order, _: Context) -> Iterator[Found]:
            seen = False
            for path, party in order.parties:
                if roles and text(party.get("role")) not in roles:
                    continue
                value = text(party.get(name))
                seen = seen or bool(value)
                if value and not fits(value):
                    said = f"this is no {what} that can be used"
                    yield Found(
                        f"{name}_unusable", said, f"{path}.{name}", cover(value)
                    )
            if needed and not seen:
                yield Found(f"{name}_missing", f"there is no {what}", "parties")

        return run

    return make


CONTACTS = (
    Check(
        name="email",
        about="E-mail addresses can be written to.",
        codes={
            "email_unusable": "An e-mail address cannot be one.",
            "email_missing": "There is no e-mail address.",
        },
        make=_contact("email", is_email, email_covered, "e-mail address"),
        parameters=(ROLES, NEEDED),
        part=False,
    ),
    Check(
        name="phone",
        about="Telephone numbers can be dialled: 6 to 15 digits, with or without +.",
        codes={
            "phone_unusable": "A telephone number cannot be one.",
            "phone_missing": "There is no telephone number.",
        },
        make=_contact("phone", is_phone, digits_covered, "telephone number"),
        parameters=(ROLES, NEEDED),
        part=False,
    ),
)
