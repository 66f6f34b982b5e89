"""Where a registry is and how it is asked; nothing secret is ever shown."""

from pathlib import Path

import pytest

from bus.adapters.registry.connection import RegistryConnection
from bus.errors import ConfigurationError


@pytest.mark.parametrize(
    "url",
    [
        "",
        "registry:8081",
        "ftp://registry",
        "http://",
        "http://registry:99999",
        "http://[::1",
        "http://user:hunter2@registry",
        "http://one:8081,two:8081",
    ],
)
def test_urls_that_cannot_be_are_refused(url: str) -> None:
    """Before anything is connected; credentials in a URL are not repeated."""
    with pytest.raises(ConfigurationError, match="registry URL") as caught:
        RegistryConnection(url)
    assert "hunter2" not in str(caught.value)


def test_credentials_are_not_shown() -> None:
    """Not by repr, which ends up in logs."""
    for auth in ("user:hunter2", "Bearer hunter2"):
        assert "hunter2" not in repr(RegistryConnection("http://r", auth=auth))


def test_credentials_of_neither_kind_are_refused() -> None:
    """Without repeating them."""
    with pytest.raises(ConfigurationError, match="registry_auth") as caught:
        RegistryConnection("http://r", auth="hunter2")
    assert "hunter2" not in str(caught.value)


def test_basic_and_bearer_are_told_apart() -> None:
    """`Bearer` in any case; anything else with a colon is user and password."""
    basic = RegistryConnection("http://r", auth="me:a:b").client_settings()
    assert basic["basic.auth.user.info"] == "me:a:b"
    bearer = RegistryConnection("http://r", auth="bearer t:1").client_settings()
    assert bearer["bearer.auth.token"] == "t:1"
    assert "basic.auth.user.info" not in bearer
    assert not any(
        "auth" in n for n in RegistryConnection("http://r").client_settings()
    )


def test_certificates_and_time_limits_reach_the_client() -> None:
    """Under the names that Confluent's client has for them."""
    settings = RegistryConnection(
        "https://r",
        ca_file=Path("ca.pem"),
        certificate_file=Path("me.pem"),
        key_file=Path("me.key"),
        timeout_s=3,
    ).client_settings()
    assert settings["ssl.ca.location"] == "ca.pem"
    assert settings["ssl.certificate.location"] == "me.pem"
    assert settings["ssl.key.location"] == "me.key"
    assert settings["timeout"] == 3
    assert settings["max.retries"] == 0
