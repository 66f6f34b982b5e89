"""Matching equals brute force; no expression stops the others."""

import jmespath
from hypothesis import given
from hypothesis import strategies as st

from bus.delivery.expressions import compile_expression
from bus.delivery.matching import Matcher
from bus.delivery.subscription import State, Subscription
from bus.errors import InvalidSubscriptionError
from bus.webhook.document import document
from tests.support.facts import a_subscription, an_event

TYPES = ["order.created", "order.created.late", "order.x", "payment.x", "order"]
PATTERNS = [*TYPES, "order.*", "order.created.*", "payment.*", "*"]
FILTERS = [
    None,
    "status == 'created'",
    "bus.sequence > `5`",
    "data.lines[?quantity > `1`]",
    "data.gift",
    "abs(status)",
    "==",
]
SUBSCRIPTIONS = st.lists(
    st.tuples(
        st.lists(st.sampled_from(PATTERNS), min_size=1, max_size=3),
        st.sampled_from(FILTERS),
        st.sampled_from(State),
    ),
    max_size=20,
)


def takes(subscription: Subscription, event_type: str) -> bool:
    """The rule for types, said for one subscription."""
    return subscription.state is not State.REMOVING and any(
        pattern in {"*", event_type}
        or (pattern.endswith(".*") and event_type.startswith(pattern[:-1]))
        for pattern in subscription.types
    )


@given(specs=SUBSCRIPTIONS, types=st.lists(st.sampled_from(TYPES), min_size=1))
def test_equals_brute_force(
    specs: list[tuple[list[str], str | None, State]], types: list[str]
) -> None:
    """Asking every subscription in turn finds the same ones."""
    subscriptions = [
        a_subscription(f"s-{number}", types=types, filter=text, state=state)
        for number, (types, text, state) in enumerate(specs)
    ]
    matcher = Matcher(subscriptions)
    for event_type in types:
        event = an_event(type_=event_type)
        doc = document(event)
        wanted, failed = set(), set()
        for subscription in subscriptions:
            if not takes(subscription, event_type):
                continue
            try:
                text = subscription.filter or "`true`"
                if jmespath.search(text, doc) not in (None, False, "", [], {}):
                    wanted.add(subscription.id)
            except ValueError:
                failed.add(subscription.id)
        match = matcher.match(event, lambda doc=doc: doc)  # type: ignore[misc]
        assert len(match.subscriptions) == len(set(match.subscriptions))
        assert set(match.subscriptions) == wanted
        assert set(match.failed_filters) == failed


PIECES = st.sampled_from([*".[]{}()*@&|!<='\"-01,:?a ", "[?", "abs(", "'x'", "||"])


@given(text=st.lists(PIECES, max_size=12).map("".join) | st.text(max_size=20))
def test_any_text_compiles_or_is_refused(text: str) -> None:
    """Whatever a partner types, the answer names the field."""
    if "`" in text:
        text = text.replace("`", "'")  # what JMESPath warns of is not at stake
    try:
        compile_expression(text)
    except InvalidSubscriptionError as refused:
        assert refused.field == "filter"  # noqa: PT017 - either is fine
