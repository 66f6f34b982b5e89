"""Timelines on a screen, and where the output goes into a file."""

from rich.console import Console
from rich.text import Text

from processors.redrive.rendering import render
from processors.redrive.timeline import Timeline


def shown_life(life: Timeline, out: Console) -> Text:
    """As wide as the screen, of long answers the beginning; else whole."""
    if not out.is_terminal:
        return render(life)
    return render(life, whole=False, width=out.width)
