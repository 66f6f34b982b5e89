"""Health as shape and colour; the word always stands beside it."""

from markupsafe import Markup

from bus.watch.verdicts import Health
from processors.web.charts.markup import tag

# Within a square of 12 by 12: a disc, a triangle, a cross, two bars, a hollow diamond.
_SHAPES = {
    Health.HEALTHY: "M6 1A5 5 0 1 1 6 11A5 5 0 1 1 6 1Z",
    Health.DEGRADED: "M6 0.5L12 11.5L0 11.5Z",
    Health.FAILING: "M2.5 0L6 3.5L9.5 0L12 2.5L8.5 6L12 9.5L9.5 12L6 8.5"
    "L2.5 12L0 9.5L3.5 6L0 2.5Z",
    Health.HELD: "M1 0.5L5 0.5L5 11.5L1 11.5ZM7 0.5L11 0.5L11 11.5L7 11.5Z",
    Health.UNKNOWN: "M6 0L12 6L6 12L0 6ZM6 3L3 6L6 9L9 6Z",
}


def glyph(health: Health, x: float, y: float) -> str:
    """Return the shape of a state, its upper left corner at (x, y), 12 by 12."""
    return tag(
        "path",
        d=_SHAPES[health],
        class_=f"c-{health}",
        fill_rule="evenodd",
        transform=f"translate({x:.1f} {y:.1f})",
    )


def badge(health: Health) -> Markup:
    """Return the shape as a picture of its own, for lists; to be followed by the word.

    It is hidden from assistive technology, which reads the word.
    """
    return Markup(  # noqa: S704 - nothing in it comes from outside
        tag(
            "svg",
            glyph(health, 1, 1),
            viewBox="0 0 14 14",
            class_="c-badge",
            aria_hidden="true",
        )
    )
