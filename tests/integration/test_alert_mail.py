"""Letters about a real incident, to an endpoint's owner and to operators; its end, too.

A real Kafka, `bus run watch` as it is run, a real relay.
"""

from email.message import Message
from pathlib import Path

import pytest

from bus.delivery.subscription import State
from bus.samples.lifecycles import sample
from bus.times import moment_of
from processors.receiver.behaviour import Behaviour
from tests.support.bus import CLOCK, Bus, Worker, running_bus, wait_until
from tests.support.kafka import KafkaUnderTest
from tests.support.smtp import Relay, relaying

ADA, BOB, EVE = "ada@acme.example", "bob@acme.example", "eve@globex.example"
BUS, OPS, ON_CALL = "bus@bus.example", "ops@bus.example", "on-call@bus.example"
LOGIN = "user:pass"  # the one that the relay knows


@pytest.mark.kafka
@pytest.mark.long
async def test_an_incident_and_its_end_arrive_by_mail(
    kafka: KafkaUnderTest, tmp_path: Path
) -> None:
    """Each who is to hear it hears it once, then that it is over; nobody else."""
    async with (
        relaying() as relay,
        running_bus(kafka, tmp_path, "mailed") as bus,
    ):
        await bus.subscribe(
            "shop-acme",
            owner="acme",
            types=["order.created"],
            mail_to=[ADA, BOB],
            mail_about=["disabled"],
        )
        await bus.subscribe("shop-globex", owner="globex", mail_to=[EVE])
        await bus.run()
        watch = await _telling(bus, relay)
        bus.receiver.behave("/shop-acme", Behaviour(status=410))
        await bus.produce([sample("order.created", 1, moment_of(CLOCK.now() * 1000))])
        await wait_until(lambda: len(relay.named) >= 3, 90, "all hear of it")
        _is_told(relay, "disabled: ")
        bus.receiver.behave("/shop-acme", Behaviour())
        await bus.world.writer.resume("shop-acme")
        await wait_until(lambda: len(relay.named) >= 6, 120, "and of its end")
        _is_told(relay, "over, after ")
        assert sorted(relay.named) == sorted([(ADA,), (BOB,), (ON_CALL,)] * 2)
        await _nothing_secret_is_said(bus, watch, relay)


async def _telling(bus: Bus, relay: Relay) -> Worker:
    """A watch that tells owners, and operators by Apprise."""
    receivers = bus.folder / "receivers.yaml"
    at = f"{LOGIN}@127.0.0.1:{relay.port}"
    query = f"from={OPS}&to={ON_CALL}&mode=insecure"
    receivers.write_text(
        "receivers:\n  people:\n    rules: [disabled]\n"
        f"    apprise: mailto://{at}/?{query}\n"
    )
    receivers.chmod(0o600)
    return await bus.run(
        "watch",
        watch_every_s=0.5,
        watch_mail_url=f"smtp://{at}",
        watch_mail_from=BUS,
        watch_receivers_file=receivers,
        watch_dashboard_url="https://bus.example/ui/",
        portal_name="Shop & Co",
    )


def _is_told(relay: Relay, said: str) -> None:
    """The three newest letters: who from, what of, that it says this."""
    newest = {str(one["To"]): one for one in relay.letters[-3:]}
    assert newest.keys() == {ADA, BOB, ON_CALL}
    word = "over" if said.startswith("over") else "disabled"
    for mailbox in (ADA, BOB):
        letter = newest[mailbox]
        assert letter["From"] == BUS
        assert letter["Subject"] == f"Shop & Co: shop-acme, {word}"
        assert letter["Auto-Submitted"] == "auto-generated"
        assert "shop-acme names you" in _body(letter)
        assert "runbook" not in _body(letter)  # which an owner does not have
    operators = newest[ON_CALL]
    assert operators["Subject"] == "Orderbus: disabled, subscription/shop-acme"
    assert "runbook.md#" in _body(operators)
    assert OPS in operators["From"]
    for letter in newest.values():
        assert said in _body(letter)
        assert "410" in _body(letter)
        assert "https://bus.example/ui/" in _body(letter)
        assert letter.get_content_type() == "text/plain"
        assert not {"Cc", "Bcc"} & set(letter.keys())


def _body(letter: Message) -> str:
    text = letter.get_payload(decode=True)
    assert isinstance(text, bytes)
    return text.decode().replace("\r\n", "\n")


async def _nothing_secret_is_said(bus: Bus, watch: Worker, relay: Relay) -> None:
    """Neither in a letter nor in the watch's log; it logged no bug, and ends well."""
    found = bus.world.table.get("shop-acme")
    assert found is not None
    assert found.state is State.ACTIVE
    assert len(relay.logins) == 4  # each notice goes by a connection of its own
    signing = [one.value for one in found.secrets]
    assert all(one.startswith("whsec_") for one in signing)
    for said in (*relay.raw, watch.log.read_bytes()):
        for secret in (LOGIN, relay.logins[0].split()[-1], *signing):
            assert secret.encode() not in said
    assert watch.lines("bug") == []
    assert await watch.stop() == 0
