"""What every picture is: two drawings for two widths, a sentence, and its numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from markupsafe import Markup

from processors.web.charts.clocks import time_element
from processors.web.charts.markup import escaped, number, tag

TEXT = 12.0
"""The size of text, in a picture's units; each is shown at 0.93 pixels or more."""


class Size(NamedTuple):
    """How large a drawing is; the style sheet shows the widest one that fits."""

    name: str
    width: float
    height: float


NARROW = Size("c-narrow", 360, 220)
WIDE = Size("c-wide", 720, 240)
LARGE = Size("c-large", 960, 240)


class Cell(NamedTuple):
    """A cell of a table: its text, or a time (`fine` as in `clocks`), or a link."""

    text: str
    at_ms: float | None = None
    fine: str = "minute"
    href: str = ""

    def __html__(self) -> str:
        """Return what stands in the cell."""
        said = escaped(self.text)
        if self.at_ms is not None:
            said = time_element(self.at_ms, self.fine)
        return tag("a", said, href=self.href) if self.href else said


@dataclass(frozen=True, slots=True)
class Table:
    """The numbers of a picture: names of columns, and a cell for each in each row."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]

    def __html__(self) -> str:
        """Return the table; the first cell of a row is its head."""
        head = "".join(tag("th", escaped(name), scope="col") for name in self.columns)
        body = "".join(
            f'<tr><th scope="row">{row[0].__html__()}</th>'
            + "".join([f"<td>{cell.__html__()}</td>" for cell in row[1:]])
            + "</tr>"
            for row in self.rows
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture for a page: `{{ picture }}` in a template is the whole of it.

    Attributes:
        title: What it shows, in a few words.
        desc: What is to be seen, in one sentence made from the numbers.
        wide: The drawing (or list) for wide places.
        narrow: The same for 330 pixels and more.
        table: Its numbers.
    """

    title: str
    desc: str
    wide: Markup
    narrow: Markup
    table: Table

    def __html__(self) -> str:
        """Return a figure: caption, drawings, and the numbers behind `<details>`."""
        numbers = tag(
            "details",
            tag("summary", "Numbers", tag("span", f": {escaped(self.title)}")),
            tag(
                "div",
                self.table.__html__(),
                class_="c-numbers",
                role="region",
                aria_label=f"Numbers: {self.title}",
                tabindex="0",
            ),
        )
        caption = tag("figcaption", escaped(self.title))
        return tag(
            "figure", caption, self.wide, self.narrow, numbers, class_="c-figure"
        )


def drawing(
    size: Size, title: str, desc: str, inside: Sequence[str], *, links: bool = False
) -> Markup:
    """Return an `<svg>` that is an image to assistive technology.

    One with links in it is a group instead: an image hides what is in it.
    """
    return Markup(  # noqa: S704 - escaped by `markup`
        tag(
            "svg",
            f"<title>{escaped(title)}</title><desc>{escaped(desc)}</desc>",
            *inside,
            viewBox=f"0 0 {number(size.width)} {number(size.height)}",
            class_=f"c-svg {size.name}",
            role="group" if links else "img",
            font_size=TEXT,
        )
    )
