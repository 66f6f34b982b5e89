"""Files that come with the bus."""

from importlib import resources
from pathlib import Path


def shipped(name: str, beside: str) -> Path:
    """A file of the wheel, or of the repository if this is a checkout."""
    packaged = Path(str(resources.files("bus"))) / "assets" / name
    checkout = Path(__file__).parents[2] / beside
    return packaged if packaged.exists() else checkout
