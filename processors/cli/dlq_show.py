"""How all of one dead letter is shown."""

from bus.delivery.wording import answered, brief, followed
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
                texts = [str(v) for v in _told(item).values() if v not in (None, "")]
                out.print(f"  {'  '.join(texts)}")
        elif name == "reason":
            out.print(f"{name:{width}}  {value}: {brief(str(value))}")
        elif name == "event":
            out.print("event:")
            out.print_json(data=value)
        else:
            out.print(f"{name:{width}}  {value}")


def _told(item: Row) -> Row:
    """A header as it is; of an attempt what came of it and what followed, in words."""
    if "route" not in item:
        return item
    number, detail = item["number"], str(item["detail"])
    told = detail if number else answered(0, None, detail)
    return {**item, "detail": told, "route": followed(str(item["route"]))}
