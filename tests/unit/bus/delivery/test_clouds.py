"""URLs of queues, topics and event buses: what they mean, and why they mean nothing."""

import pytest

from bus.delivery.clouds import AwsEndpoint
from bus.delivery.endpoint import parse_endpoint

HOST, ACCOUNT = "sqs.eu-central-1.amazonaws.com", "123456789012"


def read(url: str) -> AwsEndpoint:
    """An endpoint at AWS."""
    found = parse_endpoint(url)
    assert isinstance(found, AwsEndpoint)
    return found


def test_a_queue() -> None:
    """As AWS shows its URL, with another scheme."""
    found = read(f"sqs://{HOST}/{ACCOUNT}/orders")

    where = HOST, 443, False, "eu-central-1", ACCOUNT
    assert found == AwsEndpoint("sqs", *where, "orders")
    assert found.root == f"https://{HOST}"
    assert found.url == f"https://{HOST}/{ACCOUNT}/orders"
    assert not found.fifo
    assert read(f"sqs://{HOST}/{ACCOUNT}/orders.fifo").fifo


@pytest.mark.parametrize(
    ("url", "arn"),
    [
        (
            f"sns://sns.us-east-1.amazonaws.com/{ACCOUNT}/orders.fifo",
            f"arn:aws:sns:us-east-1:{ACCOUNT}:orders.fifo",
        ),
        (
            f"sns://sns.us-gov-west-1.amazonaws.com/{ACCOUNT}/orders",
            f"arn:aws-us-gov:sns:us-gov-west-1:{ACCOUNT}:orders",
        ),
        (
            f"eventbridge://events.cn-north-1.amazonaws.com.cn/{ACCOUNT}/my.bus",
            f"arn:aws-cn:events:cn-north-1:{ACCOUNT}:event-bus/my.bus",
        ),
    ],
)
def test_arns(url: str, arn: str) -> None:
    """What topics and event buses are called in all of AWS."""
    assert read(url).arn == arn


@pytest.mark.parametrize(
    ("scheme", "host"),
    [
        ("sqs", HOST),
        ("sqs", "sqs-fips.us-east-1.amazonaws.com"),
        ("sqs", "sqs.eu-central-1.api.aws"),
        ("sqs", "vpce-0a1-b2.sqs.eu-central-1.vpce.amazonaws.com"),
        ("sns", "sns.ap-southeast-2.amazonaws.com"),
        ("eventbridge", "events.eu-west-3.amazonaws.com"),
    ],
)
def test_hosts_of_aws(scheme: str, host: str) -> None:
    """They say their region."""
    found = read(f"{scheme}://{host}/{ACCOUNT}/orders")
    assert f".{found.region}." in host


def test_stand_ins() -> None:
    """Without TLS and at another port, for servers that speak as AWS does."""
    found = read(f"sqs+http://[::1]:4566/{ACCOUNT}/orders?region=eu-central-1")
    assert found.root == "http://[::1]:4566"
    assert found.plain
    found = read(f"sqs://queues.example:8443/{ACCOUNT}/orders?region=x-1")
    assert found.root == "https://queues.example:8443"


@pytest.mark.parametrize(
    ("url", "why"),
    [
        (f"sqs://{HOST}/orders", "HOST/ACCOUNT/NAME"),
        (f"sqs://{HOST}/1234/orders", "12 digits"),
        (f"sqs://{HOST}/{ACCOUNT}/", "HOST/ACCOUNT/NAME"),
        (f"sqs://{HOST}/{ACCOUNT}/a.b", "HOST/ACCOUNT/NAME"),
        (f"sqs://{HOST}/{ACCOUNT}/a/b", "HOST/ACCOUNT/NAME"),
        (f"sqs://{HOST}/{ACCOUNT}/{'a' * 81}", "HOST/ACCOUNT/NAME"),
        (f"sqs://{HOST}/{ACCOUNT}/orders?x=1", "no query but"),
        (f"sqs://queues.example/{ACCOUNT}/orders", r"add \?region="),
        (f"sqs://k:s@{HOST}/{ACCOUNT}/orders", "credentials"),
    ],
)
def test_refused(url: str, why: str) -> None:
    """What is wrong is said."""
    with pytest.raises(ValueError, match=why):
        parse_endpoint(url)


ROLE = f"arn:aws:iam::{ACCOUNT}:role/orders"


@pytest.mark.parametrize(
    ("url", "sts"),
    [
        (f"sqs://{HOST}/{ACCOUNT}/o", "https://sts.eu-central-1.amazonaws.com"),
        (
            f"sns://sns.cn-north-1.amazonaws.com.cn/{ACCOUNT}/o",
            "https://sts.cn-north-1.amazonaws.com.cn",
        ),
        (
            f"sqs+http://127.0.0.1:9324/{ACCOUNT}/o?region=eu-central-1",
            "http://127.0.0.1:9324",
        ),
    ],
)
def test_a_role(url: str, sts: str) -> None:
    """It is assumed in the region, or where a stand-in is."""
    found = read(f"{url}{'&' if '?' in url else '?'}role={ROLE}")
    assert found.role == ROLE
    assert found.sts == sts


@pytest.mark.parametrize(
    "query", ["role=", "role=admin", f"role={ROLE}&role={ROLE}", "region=A", "x=1"]
)
def test_no_role(query: str) -> None:
    """What is none is refused."""
    with pytest.raises(ValueError, match="expected"):
        read(f"sqs://{HOST}/{ACCOUNT}/o?{query}")
