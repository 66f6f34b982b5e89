"""The ports of a whole bus: two of ours never take the same one, and all know all."""

import socket
from pathlib import Path
from unittest.mock import patch

import pytest

from bus.errors import ConfigurationError
from processors.settings import Settings, load
from processors.wiring import own_ports
from processors.wiring.own_ports import (
    Reserve,
    claims_of,
    is_claimed,
    refuse_others,
    refuse_own,
    with_ports,
    with_pulling,
)
from processors.wiring.reserved_ports import ReservedPorts, reserving
from processors.wiring.stack_plan import StackPlan


def plan(
    *,
    receiver: int | None = None,
    registry: int = 0,
    reserve: Reserve = lambda _: True,
    **ports: object,
) -> StackPlan:
    """A bus with one worker and one process beside it, before its gateway."""
    given: Settings = load(**{"http_port": 9000, "api_port": 8470, **ports})
    return StackPlan(
        settings=given,
        arguments=(),
        api_arguments=(),
        beside=[()],
        registry_port=registry,
        receiver_port=receiver,
        reserve=reserve,
    )


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (plan(intake_port=8470), "ORDERBUS_API_PORT and ORDERBUS_INTAKE_PORT"),
        (
            plan(intake_port=9002),
            r"ORDERBUS_HTTP_PORT \(9000 to 9002\) and ORDERBUS_INTAKE_PORT",
        ),
        (plan(pull_port=8470), "ORDERBUS_API_PORT and ORDERBUS_PULL_PORT"),
        (plan(api_port=9001), r"ORDERBUS_API_PORT and ORDERBUS_HTTP_PORT \(.*\)"),
        (plan(registry=9000), r"ORDERBUS_HTTP_PORT \(.*\) and --registry-port"),
        (plan(receiver=8470), "ORDERBUS_API_PORT and --receiver-port"),
        (
            plan(api_host="0.0.0.0", intake_host="127.0.0.1", intake_port=8470),  # noqa: S104 - nobody listens
            "ORDERBUS_API_PORT and ORDERBUS_INTAKE_PORT",
        ),
    ],
)
def test_one_port_twice(made: StackPlan, said: str) -> None:
    """Refused by the names that the user knows, with the port."""
    with pytest.raises(ConfigurationError, match=rf"^{said}: both take port \d+"):
        refuse_own(claims_of(made))


def test_all_that_clash_are_told() -> None:
    """Not one after the other."""
    made = plan(intake_port=8470, pull_port=9000)
    with pytest.raises(ConfigurationError) as refused:
        refuse_own(claims_of(made))
    assert len(str(refused.value).splitlines()) == 2


def test_ports_of_their_own() -> None:
    """Any number is fine beside others, as is the same on another address."""
    refuse_own(claims_of(plan(intake_port=9003, pull_port=8999, registry=8081)))
    refuse_own(claims_of(plan(intake_host="127.0.0.2", intake_port=8470)))


def test_who_takes_a_port_of_the_door_or_of_pulls() -> None:
    """Somebody else does: said before Kafka is started."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
        for name in ("intake_port", "pull_port"):
            made = plan(http_port=0, api_port=0, **{name: port})
            with pytest.raises(ConfigurationError, match=f"^ORDERBUS_{name.upper()}: "):
                refuse_others(made)


def test_ports_that_any_will_do_for_are_known() -> None:
    """To workers and commands: they are told the number, not 0."""
    made = plan(api_port=0, pull_port=0, intake_port=0)
    given = with_ports(made.settings, claims_of(made))
    ports = {given.api_port, given.pull_port, given.intake_port}
    assert len(ports) == 3
    assert not ports & {0, None}
    assert with_ports(plan().settings, []).pull_port is None


def test_a_usual_port_that_we_take_ourselves() -> None:
    """The door's and the receiver's give way, since nobody has chosen them."""
    usual = plan().settings.intake_port
    made = plan(api_port=usual)
    assert with_ports(made.settings, claims_of(made)).intake_port != usual
    assert is_claimed(made, usual)
    assert not is_claimed(made, 8471)


def test_partners_can_pull_where_nobody_chose_a_port() -> None:
    """At the usual one, or a free one; a chosen one stays, and so do other gateways."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with patch.object(own_ports, "USUAL_PULL_PORT", port):
            assert with_pulling(plan()).settings.pull_port == 0
    with patch.object(own_ports, "USUAL_PULL_PORT", port):
        assert with_pulling(plan()).settings.pull_port == port
        assert with_pulling(plan(api_port=port)).settings.pull_port == 0
    assert with_pulling(plan(pull_port=9999)).settings.pull_port == 9999
    elsewhere = with_pulling(plan(pull_relays=("grpcs://a:1",)))
    assert elsewhere.settings.pull_port is None


def test_two_that_start_at_once(tmp_path: Path) -> None:
    """While nobody listens yet: the second takes others, or hears which is taken."""
    usual = load().intake_port

    def made(ports: ReservedPorts, api_port: int = 0) -> StackPlan:
        return plan(http_port=0, api_port=api_port, reserve=ports.take)

    with (
        patch.object(own_ports, "refuse_taken"),  # whatever else runs on this machine
        reserving(tmp_path) as first,
        reserving(tmp_path) as second,
    ):
        one, other = with_pulling(made(first)), with_pulling(made(second))
        assert one.settings.pull_port == own_ports.USUAL_PULL_PORT
        assert other.settings.pull_port == 0
        assert with_ports(one.settings, (), first.take).intake_port == usual
        assert with_ports(other.settings, (), second.take).intake_port != usual
        refuse_others(made(first, 18_470))
        refuse_others(made(first, 18_470))
        with pytest.raises(ConfigurationError) as refused:
            refuse_others(made(second, 18_470))
        assert str(refused.value) == (
            "ORDERBUS_API_PORT: another bus of yours listens on port 18470, or will in"
            " a moment; choose another port"
        )
    with reserving(tmp_path) as third:
        assert third.take(18_470)


def test_where_no_file_can_be_had_nobody_minds(tmp_path: Path) -> None:
    """A cache that cannot be written is no reason to refuse a port."""
    (tmp_path / "ports").write_text("a file")
    with reserving(tmp_path) as ports:
        assert ports.take(1)
