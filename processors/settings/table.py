"""The configuration table of the documentation, written from the model."""

from pathlib import Path

from pydantic.fields import FieldInfo

from processors.settings.model import ENV_PREFIX, Settings


def settings_table() -> str:
    """Markdown: one row a variable, with its default and its meaning."""
    lines = ["| variable | default | meaning |", "| --- | --- | --- |"]
    fields = Settings.model_fields
    # Those of a program that came later stand behind those of all.
    for name in sorted(fields, key=lambda name: name not in Settings.__annotations__):
        field = fields[name]
        variable = f"{ENV_PREFIX}{name.upper()}"
        meaning = str(field.description)
        if name == "kafka":
            variable += "_…"
            meaning = (
                "Any librdkafka setting: "
                f"`{ENV_PREFIX}KAFKA_SASL_MECHANISM` is `sasl.mechanism`."
            )
        lines.append(f"| `{variable}` | {_default(field)} | {meaning} |")
    return "\n".join(lines) + "\n"


def _default(field: FieldInfo) -> str:
    value: object = field.default
    if field.default_factory is not None or value is None or value == ():
        return ""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, float) and value.is_integer():
        return f"`{int(value)}`"
    return f"`{value.as_posix()}`" if isinstance(value, Path) else f"`{value}`"
