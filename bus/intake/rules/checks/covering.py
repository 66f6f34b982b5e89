"""What is personal, as findings show it: enough to find the order, not the person."""


def email_covered(value: str) -> str:
    """`i…@example.com`."""
    name, at, domain = value.rpartition("@")
    return f"{name[:1]}…@{domain}" if at and name else f"{value[:1]}…"


def digits_covered(value: str) -> str:
    """A number with its last two characters: `…56`."""
    return f"…{value[-2:]}" if len(value) > 4 else "…"  # noqa: PLR2004 - too short to show half


def text_covered(value: str) -> str:
    """A text of a person's: its first letter."""
    return f"{value[:1]}…" if value else ""
