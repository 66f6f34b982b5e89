"""The file of receivers: read as it is meant, refused without repeating a secret."""

from pathlib import Path

import pytest

from bus.errors import ConfigurationError
from processors.settings import Settings
from processors.settings.receivers import read_receivers
from processors.wiring.telling import receivers_of

SECRET = "s3cret"  # noqa: S105 - to be found nowhere
GOOD = f"""
receivers:
  on-call:
    apprise: json://pager.example/{SECRET}
    severity: page
  chat:
    apprise: json://chat.example/{SECRET}
    rules: [burns_*, dead_letters]
    quiet_hours: "22:00-07:00 Europe/Berlin"
  am-1:
    alertmanager: http://am-1:9093
    authorization: Bearer {SECRET}
"""


def test_receivers_are_read_and_show_no_secret() -> None:
    """Not even where somebody prints them."""
    found = read_receivers(GOOD, "r.yaml")
    assert list(found) == ["on-call", "chat", "am-1"]
    assert found["chat"].rules == ["burns_*", "dead_letters"]
    assert SECRET not in repr(found)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "r.yaml: not YAML at line 1"),
        ("[]", "expected `receivers:`"),
        ("receivers: {}\nmore: 1", "expected `receivers:`"),
        ("receivers: {log: {apprise: s3cret://x}}", "log is a name of the watch's own"),
        ("receivers: {A B: {apprise: s3cret://x}}", "receiver 1: expected a name"),
        ("receivers: {a: {}}", "a: expected one address"),
        ("receivers: {a: s3cret}", "a: "),
        ("receivers: {a: {apprise: s3cret, alertmanager: 'http://h'}}", "one address"),
        ("receivers: {a: {alertmanager: 'http://u:s3cret@h'}}", "alertmanager: "),
        ("receivers: {a: {apprise: x, authorization: s3cret}}", "alertmanager only"),
        ("receivers: {a: {apprise: s3cret, severity: loud}}", "severity: "),
        ("receivers: {a: {apprise: s3cret, rules: []}}", "rules: "),
        ("receivers: {a: {apprise: s3cret, quiet_hours: night}}", "expected `22:00"),
        ("receivers: {a: {apprise: s3cret, colour: red}}", "colour: "),
    ],
)
def test_what_is_wrong_is_named(text: str, why: str) -> None:
    """Which receiver, which field, what was expected."""
    with pytest.raises(ConfigurationError) as error:
        read_receivers(text, "r.yaml")
    assert why in str(error.value)
    assert SECRET not in str(error.value).replace(f"{SECRET}://x", "")


def written(tmp_path: Path, text: str, mode: int = 0o600) -> Settings:
    """Settings that name a file with this text."""
    path = tmp_path / "receivers.yaml"
    path.write_text(text)
    path.chmod(mode)
    return Settings(watch_receivers_file=path)


async def test_they_become_sinks(tmp_path: Path) -> None:
    """People wait for the morning, Alertmanager has its own quiet hours."""
    found = receivers_of(written(tmp_path, GOOD))
    assert {name: one.kind for name, one in found.items()} == {
        "on-call": "apprise",
        "chat": "apprise",
        "am-1": "alertmanager",
    }
    assert found["on-call"].receiver.severities == {"page"}
    assert found["chat"].receiver.quiet is not None
    assert found["am-1"].receiver.quiet is None
    assert found["am-1"].reminder is found["am-1"].sink


def test_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    """It holds what pages and posts in somebody's name."""
    with pytest.raises(ConfigurationError, match="chmod 600"):
        receivers_of(written(tmp_path, GOOD, 0o644))


def test_an_address_that_apprise_does_not_know(tmp_path: Path) -> None:
    """The receiver is named, the address is not."""
    text = f"receivers: {{chat: {{apprise: 'nosuch://{SECRET}'}}}}"
    with pytest.raises(ConfigurationError) as error:
        receivers_of(written(tmp_path, text))
    assert "chat: expected one address that Apprise knows" in str(error.value)
    assert SECRET not in str(error.value)


def test_a_heartbeats_address_is_a_secret() -> None:
    """As those of monitors are."""
    settings = Settings(watch_heartbeat_url=f"https://hc.example/{SECRET}")
    assert SECRET not in repr(settings)
    with pytest.raises(ValueError, match="absolute http"):
        Settings(watch_heartbeat_url="hc.example")
