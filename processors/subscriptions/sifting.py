"""Asking a filter of samples, so many steps in all.

Who adds a subscription has it asked of hundreds of samples, on a thread that works for
everybody.
"""

from bus.delivery.expressions import compile_expression
from bus.webhook.document import Document

_STEPS = 50_000
"""About as many milliseconds; a filter of a few fields takes a tenth of it."""


class Sieve:
    """A filter and what it may still take. Without a filter everything passes."""

    def __init__(self, text: str | None) -> None:
        self._expression = None if text is None else compile_expression(text)
        self._left = _STEPS

    @property
    def used_up(self) -> bool:
        """Whether it is asked no more: what it would say is not known."""
        return self._left <= 0

    def passes(self, doc: Document) -> bool:
        """Whether it lets a sample through; one that it fails on it does not."""
        if self._expression is None:
            return True
        if self.used_up:
            return False
        try:
            return self._expression.holds(doc, self._left)
        except Exception:  # noqa: BLE001 - it fails on this sample, as it would on events
            return False
        finally:
            self._left -= max(1, self._expression.taken())
