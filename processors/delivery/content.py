"""An event's content, made once however many subscriptions share it."""

from bus.delivery.expressions import Expression
from bus.event import Event
from bus.native.reading import json_body
from bus.webhook.document import document, outline
from bus.webhook.rendering import Representation, render, render_outline

_JSON = Representation.JSON


class Content:
    """Renders an event's body once per representation and transform."""

    __slots__ = ("_bodies", "_doc", "event")

    def __init__(self, event: Event) -> None:
        self.event = event
        self._doc: dict[str, object] | None = None
        self._bodies: dict[tuple[Representation, str], bytes] = {}

    def doc(self) -> dict[str, object]:
        """The plain content that filters, transforms and bodies work on."""
        if self._doc is None:
            self._doc = document(self.event)
        return self._doc

    def body(
        self, representation: Representation, transform: Expression | None
    ) -> bytes:
        """The bytes to sign and send.

        Raises:
            RenderError: the transform failed on this event.
        """
        key = (representation, transform.text if transform else "")
        body = self._bodies.get(key)
        if body is None:
            body = self._bodies[key] = self._render(representation, transform)
        return body

    def _render(
        self, representation: Representation, transform: Expression | None
    ) -> bytes:
        if transform is None and representation is _JSON:
            body = json_body(self.event)
            if body is not None:
                return body
            if self._doc is None:
                return render_outline(outline(self.event))
        return render(self.doc(), representation, transform)
