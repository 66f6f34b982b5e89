"""What is stored of a subscription comes back, and shows nothing on the way."""

from hypothesis import given
from hypothesis import strategies as st

from bus.delivery.subscription import Subscription, parse_subscription
from processors.subscriptions.keys import Keys
from processors.subscriptions.stored import restore, store
from tests.support.worlds import Randomness

PRINTABLE = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E))
SECRETS = st.lists(
    st.fixed_dictionaries(
        {
            "id": st.from_regex(r"[A-Za-z0-9_-]{1,12}", fullmatch=True),
            # Marked, so that no other field has the same text by chance.
            "value": st.text(min_size=24).map(lambda text: f"secret {text}"),
            "scheme": st.sampled_from(["v1", "v1a"]),
            "created_at": st.just("2026-01-01T00:00:00Z"),
        }
    ),
    max_size=3,
)
SUBSCRIPTIONS = st.builds(
    lambda **fields: parse_subscription(
        {"id": "acme", "url": "https://acme.example", "types": ["*"], **fields}
    ),
    headers=st.dictionaries(st.from_regex(r"x-[a-z]{8}", fullmatch=True), PRINTABLE),
    secrets=SECRETS,
    filter=st.none() | st.text(max_size=20),
    rate=st.none() | st.floats(0.001, 1e6),
    max_age_s=st.floats(1, 1e6),
    transient_statuses=st.sets(st.integers(400, 409)),
    tls=st.just({})
    | st.fixed_dictionaries({"client_certificate": st.text(), "client_key": st.text()}),
)


@given(SUBSCRIPTIONS, st.lists(st.binary(min_size=32, max_size=32), max_size=2))
def test_stored_and_restored_it_is_the_same(
    subscription: Subscription, newer: list[bytes]
) -> None:
    """Under the key it was sealed with, wherever that stands among the keys."""
    key = bytes(range(32))
    value = store(subscription, Keys((key,)), Randomness())
    assert restore(b"acme", value, Keys((*newer, key))) == subscription
    for secret in subscription.secrets:
        assert secret.value.encode() not in value
