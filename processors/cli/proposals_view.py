"""How proposals and rates are shown."""

from collections.abc import Mapping, Sequence

from processors.cli.control import console, print_json
from processors.cli.rules_view import scope_text
from processors.screen.saying import say
from processors.screen.tables import Column, print_table

Row = Mapping[str, object]
_PROPOSALS = (
    Column("ID"),
    Column("RULE", rank=1),
    Column("SCOPE", rank=2),
    Column("RELEASED", rank=3, right=True),
    Column("LOST", rank=3, right=True),
    Column("WHAT", rank=1),
)
_RATES = (
    Column("RULE"),
    Column("SCOPE", rank=1),
    Column("FALSE", right=True),
    Column("TRUE", right=True),
    Column("SHARE", right=True),
    Column("95 %", rank=2, right=True),
)


def print_proposals(row: Row, *, rates: bool, as_json: bool) -> None:
    """What decisions teach."""
    if as_json:
        print_json(row if rates else {k: v for k, v in row.items() if k != "rates"})
        return
    proposals = _rows(row["proposals"])
    if not proposals:
        say(f"Nothing to propose, of {row['decisions']} decisions on parked orders.")
    else:
        table = [
            (
                str(one["id"]),
                str(one["rule"]),
                scope_text(one["scope"]),
                str(one["released"]),
                str(one["lost"]),
                str(one["text"]),
            )
            for one in proposals
        ]
        print_table(console(), _PROPOSALS, table)
    if rates:
        print_table(console(), _RATES, [_rate(one) for one in _rows(row["rates"])])


def _rate(one: Row) -> tuple[str, ...]:
    share, low, high = (float(str(one[name])) for name in ("share", "low", "high"))
    return (
        str(one["rule"]),
        scope_text(one["scope"]),
        str(one["false"]),
        str(one["true"]),
        f"{share:.0%}",
        f"{low:.0%} to {high:.0%}",
    )


def print_followed(
    row: Row, steps: Sequence[Row], *, dry_run: bool, as_json: bool
) -> None:
    """What was done by a proposal, or would be."""
    if as_json:
        print_json({"proposal": row, "steps": steps, "dry_run": dry_run})
        return
    said = "would be" if dry_run else "was"
    say(f"{row['id']} {said} applied: {row['rule']} ({scope_text(row['scope'])})")
    say(f"    {row['text']}")
    say(
        f"    of those decided {row['released']} held for nothing had gone on, and"
        f" {row['lost']} held rightly"
    )


def _rows(value: object) -> list[dict[str, object]]:
    return value if isinstance(value, list) else []
