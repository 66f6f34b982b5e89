"""What the memory of rules keeps of an account with more orders than it remembers."""

from datetime import datetime, timedelta
from random import Random

from bus.intake.rules.known import ACCOUNT, marks_of
from bus.intake.rules.memory import Memory
from bus.intake.rules.order import Order
from tests.support.judged import NOW, about, order

_MOST = 1_000
_WINDOW = timedelta(hours=1)


def test_it_is_what_a_list_of_all_would_give() -> None:
    """Late ones, repeated ones, forgotten ones that come again: the newest thousand."""
    random = Random(5)  # noqa: S311 - a test draws
    memory, plain = Memory(_WINDOW), list[tuple[datetime, str]]()
    made = order()
    mark = marks_of(Order(made), about())[ACCOUNT]
    for step in range(4_000):
        # Every now and then nothing comes for longer than anything is remembered.
        quiet = timedelta(hours=2) * (step // 1_500)
        at = NOW + quiet + timedelta(seconds=step * 2 - random.randrange(600))
        id_ = f"SO-{random.randrange(step // 2, step + 1)}"
        memory.note(Order({**made, "order_id": id_}), about(observed_at=at))
        if id_ not in {known for _, known in plain}:
            plain = sorted([*plain, (at, id_)])
            oldest = plain[-1][0] - _WINDOW
            plain = [one for one in plain if one[0] >= oldest][-_MOST:]
        if step % 100 == 0:
            since, until = at - timedelta(minutes=9), at
            assert list(memory.earlier(mark, since, until)) == [
                known for when, known in plain if since <= when <= until
            ]
    assert len(memory.earlier(mark, NOW, NOW + timedelta(days=9))) == len(plain)
