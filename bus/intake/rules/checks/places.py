"""Countries and addresses: whether a parcel could arrive."""

from collections.abc import Iterator, Mapping

from bus.intake.converters.codes import COUNTRIES
from bus.intake.findings import shown
from bus.intake.rules.checks.contacts import ROLES
from bus.intake.rules.checks.covering import digits_covered
from bus.intake.rules.checks.kind import Check, Found, Knob, Run, Turn
from bus.intake.rules.checks.parameters import Given, Kind, Parameter, Strict
from bus.intake.rules.checks.postal_codes import fits, is_needed, looks_of
from bus.intake.rules.known import Context
from bus.intake.rules.order import Order
from bus.intake.rules.reading import record, records, text

_ADDRESS = ("line1", "city", "country")


def _addresses(
    order: Order, roles: frozenset[str]
) -> Iterator[tuple[str, Mapping[str, object]]]:
    for path, party in order.parties:
        if isinstance(party.get("address"), dict) and (
            not roles or text(party.get("role")) in roles
        ):
            yield f"{path}.address", record(party["address"])


def _country(given: Given) -> Run:
    roles, only = frozenset(given.texts("roles")), frozenset(given.texts("only"))

    def run(order: Order, _: Context) -> Iterator[Found]:
        for path, address in _addresses(order, roles):
            code = text(address.get("country"))
            if code and code not in COUNTRIES:
                said = "two capital letters of ISO 3166-1 are expected"
                yield Found("country_unknown", said, f"{path}.country", shown(code))
            elif code and only and code not in only:
                said = f"{code} is none of the countries that are served"
                yield Found("country_not_served", said, f"{path}.country", code, code)

    return run


def _postal_code(given: Given) -> Run:
    roles = frozenset(given.texts("roles"))
    also, needed = frozenset(given.texts("also")), given.yes("needed")

    def run(order: Order, _: Context) -> Iterator[Found]:
        for path, address in _addresses(order, roles):
            country = text(address.get("country"))
            code, place = text(address.get("postal_code")), f"{path}.postal_code"
            if code and code not in also and not fits(country, code):
                said = f"for {country} {looks_of(country)} is expected"
                covered = digits_covered(shown(code))
                yield Found("postal_code_unfit", said, place, covered)
            elif not code and needed and is_needed(country):
                said = f"there is none, and {country} has them"
                yield Found("postal_code_missing", said, place)

    return run


def _deliverable(given: Given) -> Run:
    needs = given.texts("needs")

    def run(order: Order, _: Context) -> Iterator[Found]:
        if not _is_sent(order) or _is_named(order):
            return
        for path, party in order.parties:
            if party.get("role") != "ship_to":
                continue
            address = record(party.get("address"))
            missing = [name for name in needs if not text(address.get(name))]
            if missing:
                names = ", ".join(missing)
                said, place = f"the address has no {names}", f"{path}.address"
                yield Found("address_incomplete", said, place, need=names)
            return
        yield Found("address_missing", "there is nowhere to send it to", "parties")

    return run


def _is_sent(order: Order) -> bool:
    """Whether anything of it is sent by the seller."""
    return any(
        line.data.get("requires_shipping") is not False
        and line.data.get("fulfilled_by") != "marketplace"
        for line in order.goods
    )


def _is_named(order: Order) -> bool:
    """Whether a code stands for the place: a store, a locker, a GLN."""
    return any(
        bool(records(party.get("ids")))
        for _, party in order.parties
        if text(party.get("role")) in {"ship_to", "pickup"}
    ) or any(
        text(one.get("pickup_point")) or one.get("service_level") == "pickup"
        for one in records(order.data.get("deliveries"))
    )


PLACES = (
    Check(
        name="country",
        about="Countries of addresses are codes of ISO 3166-1, and served.",
        codes={
            "country_unknown": "A country is none of ISO 3166-1.",
            "country_not_served": "A country is none of those that are served.",
        },
        make=_country,
        parameters=(
            ROLES,
            Parameter(
                "only",
                Kind.TEXTS,
                "the countries that are served; none: all of them",
                "",
                Strict.FEWER,
            ),
        ),
        knob=Knob("only", Turn.ADD),
        part=False,
    ),
    Check(
        name="postal_code",
        about="Postal codes look as those of their country do.",
        codes={
            "postal_code_unfit": "A postal code cannot be one of its country.",
            "postal_code_missing": "A country has postal codes, and there is none.",
        },
        make=_postal_code,
        parameters=(
            ROLES,
            Parameter(
                "needed",
                Kind.YES,
                "whether one is missed where the country has them",
                "yes",
                Strict.MORE,
            ),
            Parameter(
                "also", Kind.TEXTS, "codes that are right as well", "", Strict.EXCEPT
            ),
        ),
        part=False,
    ),
    Check(
        name="deliverable",
        about="What is sent has an address, or a code that stands for a place.",
        codes={
            "address_missing": "There is nowhere to send it to.",
            "address_incomplete": "The address lacks what it needs.",
        },
        make=_deliverable,
        parameters=(
            Parameter(
                "needs",
                Kind.TEXTS,
                "what an address has at least",
                list(_ADDRESS),
                Strict.MORE,
            ),
        ),
        knob=Knob("needs", Turn.DROP),
        part=False,
    ),
)
