"""URLs and headers are filled in so that a message never says where to."""

import pytest

from bus.intake.fetching.template import (
    MissingError,
    fields_of,
    host_of,
    read_template,
)

URL = "{setting.base}/v2/{setting.store}/orders/{order.id}?lines=1"
SETTINGS = {"base": "https://api.example.com:8443/x/", "store": "a/b"}


def test_values_stay_within_their_part_of_the_path() -> None:
    """Slashes, questions and percents are encoded; the address is the operator's."""
    url = read_template(URL).url(SETTINGS, {"order.id": "7/../?x=%2f#"})
    assert url == (
        "https://api.example.com:8443/x/v2/a%2Fb/orders/7%2F..%2F%3Fx%3D%252f%23?lines=1"
    )


@pytest.mark.parametrize("value", ["", ".", ".."])
def test_no_value_leads_upwards(value: str) -> None:
    """Nothing, `.` and `..` are refused: they would mean another place."""
    with pytest.raises(MissingError, match=r"order\.id"):
        read_template(URL).url(SETTINGS, {"order.id": value})


def test_a_missing_setting_is_named() -> None:
    """And nothing is asked for."""
    with pytest.raises(MissingError, match=r"setting\.store"):
        read_template(URL).url({"base": "https://x.example"}, {"order.id": "7"})


def test_headers_take_credentials() -> None:
    """By name; what is not there is named, never shown."""
    template = read_template("Bearer {credential.token}")
    assert template.header({}, {"token": "s3cret"}) == "Bearer s3cret"
    with pytest.raises(MissingError, match=r"credential\.token"):
        template.header({}, {})


@pytest.mark.parametrize("text", ["{", "}", "{Order}", "{a b}", "{}", "{{order.id}}"])
def test_what_is_no_template_is_refused(text: str) -> None:
    """A brace that begins no name."""
    with pytest.raises(ValueError, match="braces"):
        read_template(text)


def test_fields_are_read_of_the_event() -> None:
    """Only those that the template needs, and only texts and whole numbers."""
    template = read_template("https://x.example/{order.id}/{part}/{flag}/{gone.at.all}")
    data = {"order": {"id": "7", "more": "x"}, "part": 3, "flag": True}
    assert fields_of(template, data) == {"order.id": "7", "part": "3"}


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://API.example.com/x", "api.example.com"),
        ("https://api.example.com:8443/x", "api.example.com:8443"),
        ("https://good.example@evil.example/", "evil.example"),
        ("https://x.example:99999/", ""),
        ("not a url", ""),
    ],
)
def test_the_host_that_is_allowed_is_the_one_that_is_asked(url: str, host: str) -> None:
    """Whatever stands around it."""
    assert host_of(url) == host
