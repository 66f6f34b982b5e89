"""docs/channels.md says all converters, codes, keys and kinds there are."""

from bus.intake.channels.loading import _KEYS
from bus.intake.channels.verifiers import _READERS
from bus.intake.converters import TABLE
from bus.intake.findings import CODES
from bus.intake.verifying.verdict import Reason
from tests.support.documented import ROOT

PAGE = (ROOT / "docs" / "channels.md").read_text(encoding="utf-8")


def test_every_converter_is_on_the_page() -> None:
    """As it is written, with its docstring."""
    for converter in TABLE.values():
        row = f"| `{converter.usage}` | {converter.kind.value} | "
        assert row + converter.doc.replace("|", "/") in PAGE


def test_every_code_is_on_the_page() -> None:
    """With its severity and meaning."""
    for code, (severity, text) in CODES.items():
        assert f"| `{code}` | {severity.value} | {text} |" in PAGE


def test_every_key_kind_and_verdict_is_on_the_page() -> None:
    """Nothing can be declared that is not explained."""
    for word in (*_KEYS, *_READERS, *(reason.value for reason in Reason)):
        assert f"`{word}`" in PAGE, word
