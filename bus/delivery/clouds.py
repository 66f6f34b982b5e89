"""Endpoints in clouds: whose service, in which region, whose account, what name.

A URL is the service's own with another scheme: the queue that AWS shows as
`https://sqs.eu-central-1.amazonaws.com/123456789012/orders` is
`sqs://sqs.eu-central-1.amazonaws.com/123456789012/orders`. Topics and event buses,
which AWS names by an ARN, are written in the same way.
"""

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qsl

_PREFIXES = {"sqs": "sqs", "sns": "sns", "eventbridge": "events"}
_AWS = re.compile(
    r"(?:.+\.)?(sqs|sns|events)(?:-fips)?\.(?P<region>[a-z]{2}(-[a-z]+)+-\d+)"
    r"\.(amazonaws\.com(\.cn)?|vpce\.amazonaws\.com(\.cn)?|api\.aws"
    r"|api\.amazonwebservices\.com\.cn)"
)
_REGION = re.compile(r"[a-z0-9-]{1,40}")
_ROLE = re.compile(r"arn:aws(-cn|-us-gov)?:iam::\d{12}:role/[A-Za-z0-9+=,.@_/-]{1,512}")
_NAMES = {
    "sqs": re.compile(r"[A-Za-z0-9_-]{1,80}|[A-Za-z0-9_-]{1,75}\.fifo"),
    "sns": re.compile(r"[A-Za-z0-9_-]{1,256}|[A-Za-z0-9_-]{1,251}\.fifo"),
    "eventbridge": re.compile(r"[A-Za-z0-9_.-]{1,256}"),
}
_ACCOUNT = re.compile(r"\d{12}")
_FIFO = ".fifo"


@dataclass(frozen=True, slots=True)
class AwsEndpoint:
    """A queue (`sqs`), topic (`sns`) or event bus (`eventbridge`) of an account.

    `role` is the ARN of one to be assumed before it is called, or "".
    """

    service: str
    host: str
    port: int
    plain: bool
    region: str
    account: str
    name: str
    role: str = ""

    @property
    def sts(self) -> str:
        """The URL at which roles are assumed: that of the region, or of a stand-in."""
        if self.plain or not _AWS.fullmatch(self.host):
            return self.root
        china = ".cn" if self._partition == "aws-cn" else ""
        return f"https://sts.{self.region}.amazonaws.com{china}"

    @property
    def fifo(self) -> bool:
        """Whether it keeps what is of one order in order, each once."""
        return self.service != "eventbridge" and self.name.endswith(_FIFO)

    @property
    def root(self) -> str:
        """The URL that its API is called at."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        if self.plain:
            return f"http://{host}:{self.port}"
        return f"https://{host}" + ("" if self.port == _TLS_PORT else f":{self.port}")

    @property
    def url(self) -> str:
        """A queue's own URL."""
        return f"{self.root}/{self.account}/{self.name}"

    @property
    def arn(self) -> str:
        """A topic's or an event bus's name in all of AWS."""
        kind = "event-bus/" if self.service == "eventbridge" else ""
        where = f"{_PREFIXES[self.service]}:{self.region}:{self.account}"
        return f"arn:{self._partition}:{where}:{kind}{self.name}"

    @property
    def _partition(self) -> str:
        if self.host.endswith(".cn") or self.region.startswith("cn-"):
            return "aws-cn"
        return "aws-us-gov" if self.region.startswith("us-gov-") else "aws"


_TLS_PORT = 443


def parse_aws(
    service: str, parts: SplitResult, port: int, *, plain: bool
) -> AwsEndpoint:
    """Read the URL of a queue, topic or event bus.

    Raises:
        ValueError: says what is wrong with it.
    """
    host = (parts.hostname or "").rstrip(".")
    account, _, name = parts.path.removeprefix("/").partition("/")
    if not _ACCOUNT.fullmatch(account) or not _NAMES[service].fullmatch(name):
        raise ValueError(
            f"expected {parts.scheme}://HOST/ACCOUNT/NAME, with an account of 12"
            " digits, and ?region= where the host does not say it"
        )
    found = _AWS.fullmatch(host)
    own = found["region"] if found else None
    options = parse_qsl(parts.query, keep_blank_values=True)
    asked = dict(options)
    if len(asked) < len(options) or asked.keys() - {"region", "role"}:
        raise ValueError("expected no query but ?region= and role=, each once")
    if not _REGION.fullmatch(asked.get("region", "any")):
        raise ValueError("region: expected one of AWS's, such as eu-central-1")
    role = asked.get("role", "")
    if "role" in asked and not _ROLE.fullmatch(role):
        raise ValueError("role: expected arn:aws:iam::ACCOUNT:role/NAME")
    region = asked.get("region", own)
    if region is None:
        raise ValueError(f"{host} does not say its region; add ?region=eu-central-1")
    return AwsEndpoint(service, host, port, plain, region, account, name, role)
