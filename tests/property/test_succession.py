"""Versions of a subscription: what one has promised, the next one keeps."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bus.delivery.choices import Ordering
from bus.delivery.subscription import Secret, Subscription
from bus.delivery.succession import following, rotated
from bus.webhook.signing import Signer, generate_secret, verify

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
SPANS = st.integers(0, 100)
RETRIES = st.lists(st.sampled_from(("1s", "5s", "30s", "5m")), min_size=1).map(tuple)
ACME = Subscription(id="acme", url="https://acme.example", types=("*",))


def secret(number: int, made: datetime) -> Secret:
    """The secret of a rotation; some rotations go back to an earlier one."""
    value = generate_secret(bytes([number % 4]) * 32)
    return Secret(id=f"s{number}", value=value, created_at=made)


@given(
    st.lists(st.tuples(SPANS, SPANS), max_size=6),
    st.integers(0, 700),
)
def test_there_is_always_a_secret_to_sign_with(
    rotations: list[tuple[int, int]], later_s: int
) -> None:
    """However often it is rotated: the newest signs, each other one to its end."""
    now = NOON
    ends: dict[str, datetime] = {}
    newest = secret(0, now)
    acme = ACME.model_copy(update={"secrets": (newest,)})
    for number, (wait_s, grace_s) in enumerate(rotations, 1):
        now += timedelta(seconds=wait_s)
        end = now + timedelta(seconds=grace_s)
        ends = {value: min(end, other) for value, other in ends.items()}
        ends[newest.value] = end
        newest = secret(number, now)
        ends.pop(newest.value, None)
        acme = rotated(acme, newest, now, grace_s, over=acme)

    at = int((now + timedelta(seconds=later_s)).timestamp())
    header = Signer.of(acme.secrets).sign("e-1", at, b"{}")
    live = {value for value, end in ends.items() if at < end.timestamp()}
    for value in (newest.value, *ends):
        expected = value == newest.value or value in live
        assert header.count("v1,") == 1 + len(live)
        assert verify(header, "e-1", at, b"{}", [value], at) is expected


@given(st.lists(RETRIES, min_size=1, max_size=8))
def test_every_tier_ever_used_is_known(retries: list[tuple[str, ...]]) -> None:
    """Each version's tiers are its own and those of all before, each of them once."""
    first, *later = (ACME.model_copy(update={"retry": retry}) for retry in retries)
    acme = first
    for new in later:
        wanted = new.model_copy(update={"past_tiers": acme.past_tiers})
        acme = following(wanted, acme)
        assert acme.retry == new.retry
        assert following(acme, acme) is acme
    assert sorted(acme.tiers) == sorted({tier for retry in retries for tier in retry})
    assert not set(acme.past_tiers) & set(acme.retry)


@given(st.permutations([("1s",), ("5s",), ("30s",)]), RETRIES)
def test_versions_at_once_are_all_remembered(
    stood: list[tuple[str, ...]], retry: tuple[str, ...]
) -> None:
    """A version may follow several, in whatever order they stood."""
    acme = ACME.model_copy(update={"retry": retry})
    for one in stood:
        acme = following(acme, ACME.model_copy(update={"retry": one}))
    assert set(acme.tiers) == {"1s", "5s", "30s", *retry}


def test_ordered_ones_have_no_tiers() -> None:
    """They retry in place."""
    keyed = ACME.model_copy(update={"ordering": Ordering.KEY})
    fewer = keyed.model_copy(update={"retry": ("1s",)})
    assert following(fewer, keyed) is fewer
    assert fewer.tiers == ()
