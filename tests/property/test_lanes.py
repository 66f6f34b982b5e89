"""Lanes against one list a key."""

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from bus.delivery.lanes import Lanes

KEYS = st.sampled_from([b"a", b"b", b"c"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("push"), KEYS),
        st.tuples(st.just("finish"), KEYS),
    ),
    max_size=60,
)


@given(steps=STEPS)
def test_one_item_a_key_is_active_in_order(steps: list[tuple[str, bytes]]) -> None:
    """Whatever happens: in order per key, one at a time, nothing lost or doubled."""
    lanes: Lanes[int] = Lanes()
    model: dict[bytes, list[int]] = defaultdict(list)
    for number, (step, key) in enumerate(steps):
        queue = model[key]
        match step:
            case "push":
                queue.append(number)
                assert lanes.push(key, number) == (number if len(queue) == 1 else None)
            case _:
                del queue[:1]
                assert lanes.finish(key) == (queue[0] if queue else None)
        assert lanes.depth(key) == len(model[key])
        assert len(lanes) == sum(map(len, model.values()))
