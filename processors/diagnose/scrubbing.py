"""Taking secrets out of findings and what stands beside them. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from bus.delivery.hiding import Hiding
from processors.diagnose.findings import Finding


class Scrubber(Hiding):
    """Puts `(hidden)` in the place of every secret, in all that is told."""

    def plain(self, value: object) -> object:
        """Plain values, names included, without them."""
        match value:
            case str():
                return self.text(value)
            case Mapping():
                return {self.plain(name): self.plain(v) for name, v in value.items()}
            case list() | tuple():
                return [self.plain(one) for one in value]
            case _:
                return value

    def finding(self, finding: Finding) -> Finding:
        """A finding without them."""
        return replace(
            finding,
            says=self.text(finding.says),
            do=self.text(finding.do),
            evidence={
                self.text(name): self.plain(value)
                for name, value in finding.evidence.items()
            },
        )
