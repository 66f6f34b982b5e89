"""The shipped `topics.yaml`, as a bus under test declares it."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

_SHIPPED = Path(__file__).parents[2] / "deploy" / "topics.yaml"


def named_topics(
    name: str,
    tiers: Mapping[str, str] | None = None,
    families: Iterable[str] = (),
    *,
    narrow: bool = False,
) -> str:
    """The shipped `topics.yaml`, every topic under a name of its own.

    A `narrow` one has one partition where it has six, for who does without those.
    """
    text = _SHIPPED.read_text()
    if narrow:
        text = text.replace("partitions: 6", "partitions: 1")
    text = re.sub(r"\b(oms\.\w+): \{\}", rf"{name}.\1: {{}}", text)
    text = re.sub(r"name: (bus\.|intake\.|_schemas)", rf"name: {name}.\1", text)
    text = re.sub(r"([\[ ])(bus\.\w+\.)(?=[,\]])", rf"\1{name}.\2", text)
    last = f"    {name}.oms.risk: {{}}\n"
    more = "".join(f"    {name}.oms.{family}: {{}}\n" for family in families)
    text = text.replace(last, last + more)
    quick = "".join(f"  {tier}: {delay}\n" for tier, delay in (tiers or {}).items())
    return text.replace("tiers:\n", f"tiers:\n{quick}")
