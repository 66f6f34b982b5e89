"""How all of one dead letter is shown."""

from processors.cli.control import console
from processors.redrive.letter_rows import Row


def print_whole(fields: Row) -> None:
    """Print all of one dead letter: a field a line, then what has several."""
    out = console()
    width = max(len(name) for name in fields)
    for name, value in fields.items():
        if value in (None, "", [], {}):
            continue
        if name in {"headers", "attempt_log"} and isinstance(value, list):
            out.print(f"{name}:")
            for item in value:
                texts = [str(v) for v in item.values() if v not in (None, "")]
                out.print(f"  {'  '.join(texts)}")
        elif name == "event":
            out.print("event:")
            out.print_json(data=value)
        else:
            out.print(f"{name:{width}}  {value}")
