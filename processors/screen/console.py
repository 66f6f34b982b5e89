"""Where commands print: consoles on which nothing from outside can act."""

from collections.abc import Iterable, Iterator

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from typing_extensions import override

from processors.screen.plain import plain_lines
from processors.screen.prose import hanging, laid_text


class AsItStands:
    """A text that is shown as it stands, however wide; the terminal wraps it."""

    def __init__(self, text: str, style: str = "") -> None:
        self._text = text
        self._style = style

    def __rich_console__(self, _: Console, __: ConsoleOptions) -> RenderResult:
        """Yield it whole."""
        style = Style.parse(self._style) if self._style else None
        yield Segment(f"{self._text}\n", style)


class Screen(Console):
    """A console that shows control characters instead of obeying them.

    All that is printed passes `render`, whoever put it together. On a terminal lines
    that would be wrapped are broken between words.
    """

    @override
    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Yield the segments of what is printed, made harmless."""
        if isinstance(renderable, Text) and self._would_wrap(renderable, options):
            width = (options or self.options).max_width
            for line in _broken(renderable, width):
                yield from self._harmless(line, options)
        else:
            yield from self._harmless(renderable, options)

    def _would_wrap(self, text: Text, options: ConsoleOptions | None) -> bool:
        """Whether the terminal would, in the middle of words."""
        if options is None or not self.is_terminal or options.overflow != "ignore":
            return False
        lines = text.plain.split("\n")
        return any(cell_len(line) > options.max_width for line in lines)

    def _harmless(
        self, renderable: RenderableType, options: ConsoleOptions | None
    ) -> Iterator[Segment]:
        for segment in super().render(renderable, options):
            if segment.control or segment.text.isprintable():
                yield segment
            else:
                yield Segment(plain_lines(segment.text), segment.style)


def _broken(text: Text, width: int) -> Iterator[Text]:
    """The lines of a text, those that are too long in several."""
    lines = [
        part
        for line in text.split("\n", allow_blank=True)
        for part in (
            laid_text(line, hanging(line.plain, width), width)
            if cell_len(line.plain) > width
            else [line]
        )
    ]
    for number, line in enumerate(lines, 1):
        line.end = text.end if number == len(lines) else "\n"
        yield line
