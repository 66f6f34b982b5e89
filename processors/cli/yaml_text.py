"""YAML for people: in the order it was made, without anchors."""

import yaml
from typing_extensions import override

_WIDTH = 100


class _Dumper(yaml.SafeDumper):
    """Says again what is there twice, instead of pointing to it."""

    @override
    def ignore_aliases(self, data: object) -> bool:
        return True


def yaml_text(value: object) -> str:
    """Return a plain value as YAML."""
    return yaml.dump(
        value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH
    )
