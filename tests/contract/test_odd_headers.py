"""What a reader makes of headers that are legal for Kafka and for no Python client."""

from bus.record import Message, Record
from tests.contract.test_reader import closing, first
from tests.contract.world import Scene

_NAMES = (b"\xff\xfe", b"ce_\xc3", b"\xed\xa0\x80")
"""No UTF-8, cut in the middle of a character, a surrogate."""


_WARM = 20
"""So many calls and the interpreter takes a shorter way, with fewer checks."""


async def _mixed(scene: Scene) -> str:
    """A topic with readable records between the others."""
    topic = await scene.topic()
    for _ in range(_WARM):
        warm = Message(topic, b"k", b"warm", (("ce_id", b"1"),), partition=0)
        await scene.world.publisher.publish(warm)
    for number, name in enumerate(_NAMES):
        await scene.write(topic, b"good %d" % number, partition=0)
        await scene.world.write_header(topic, name, b"odd %d" % number)
    await scene.write(topic, b"last", partition=0)
    return topic


def _check(records: list[Record]) -> None:
    assert [r.offset for r in records] == list(range(_WARM + 7))
    odd = [r for r in records if r.unreadable]
    assert [r.value for r in odd] == [b"odd 0", b"odd 1", b"odd 2"]
    assert {r.key for r in odd} == {b"k"}
    assert {r.headers for r in odd} == {()}
    for record, name in zip(odd, _NAMES, strict=True):
        why = f"a header's name is not UTF-8: {name.hex(' ')}"
        assert record.unreadable == why


async def test_a_member_gets_all_that_can_be_read(scene: Scene) -> None:
    """One such record costs no other, no partition, and nothing is read twice."""
    topic = await _mixed(scene)
    _, recorder = await scene.join([topic])
    await recorder.until_values(_WARM + 7)
    await scene.write(topic, b"later", partition=0)
    await recorder.until_values(_WARM + 8)
    _check(recorder.got[: _WARM + 7])
    assert recorder.missed == []
    assert recorder.assignments == 1


async def test_reading_a_topic_goes_on(scene: Scene) -> None:
    """A read to the end holds them, too."""
    _check(await scene.read(await _mixed(scene)))


async def test_following_a_topic_goes_on(scene: Scene) -> None:
    """A table that follows a topic is not stopped by one of its records."""
    topic = await _mixed(scene)
    found: list[Record] = []
    async with closing(scene.world.reader.follow(topic)) as batches:
        while len(found) < _WARM + 7:
            found += await first(batches)
    _check(found)


async def test_a_name_of_any_script_and_no_value_are_fine(scene: Scene) -> None:
    """What is UTF-8 is handed over as it is; an empty name is a name."""
    topic = await scene.topic()
    names = ("größe", "注文", "😀", "")
    for name in names:
        await scene.world.write_header(topic, name.encode(), b"v")
    records = await scene.read(topic)
    assert [r.headers for r in records] == [((name, b"h"),) for name in names]
    assert {r.unreadable for r in records} == {""}
