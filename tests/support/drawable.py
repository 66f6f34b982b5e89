"""What may come to be drawn: any finite number, any time, any text."""

from hypothesis import settings
from hypothesis import strategies as st

from bus.watch.verdicts import Health

LAWFUL = settings(deadline=None, max_examples=60)
"""How long to look for what breaks a law; never by the clock."""

NUMBERS = st.one_of(
    st.none(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(min_value=0, max_value=1_000),
    st.sampled_from([0.0, -0.0, 5e-324, 1.7e308, -1.7e308, 1e18, 1.0]),
)
TIMES = st.integers(min_value=-(10**16), max_value=10**16)
LABELS = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        [
            '"><script>alert(1)</script>',
            "' onload='x",
            "]]>&amp;<!--",
            "\x00\x1b[31m\u202egnp.exe",
            "日本語" * 30,
            "",
        ]
    ),
)
HEALTHS = st.sampled_from(list(Health))
