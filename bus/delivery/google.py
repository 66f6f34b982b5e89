"""Topics of Google Pub/Sub as endpoints: what the paths of their URLs say."""

import re
from dataclasses import dataclass
from urllib.parse import SplitResult

_PROJECT = re.compile(r"[a-z][a-z0-9.:-]{4,62}")
_TOPIC = re.compile(r"(?!goog)[A-Za-z][A-Za-z0-9._~+%-]{2,254}")
_TLS_PORT = 443


@dataclass(frozen=True, slots=True)
class PubsubEndpoint:
    """A topic of a project, at Google's host or at that of an emulator."""

    host: str
    port: int
    plain: bool
    project: str
    topic: str

    @property
    def root(self) -> str:
        """The URL that its API is called at."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        if self.plain:
            return f"http://{host}:{self.port}"
        return f"https://{host}" + ("" if self.port == _TLS_PORT else f":{self.port}")

    @property
    def publish_url(self) -> str:
        """Where messages are posted to."""
        return f"{self.root}/v1/projects/{self.project}/topics/{self.topic}:publish"


def parse_pubsub(
    host: str, port: int, parts: SplitResult, *, plain: bool
) -> PubsubEndpoint:
    """Read `/PROJECT/TOPIC`.

    Raises:
        ValueError: it is none; says what is wrong.
    """
    project, _, topic = parts.path.removeprefix("/").partition("/")
    if parts.query or not _PROJECT.fullmatch(project) or not _TOPIC.fullmatch(topic):
        raise ValueError(
            f"expected {parts.scheme}://pubsub.googleapis.com/PROJECT/TOPIC, or a"
            " regional host"
        )
    return PubsubEndpoint(host, port, plain, project, topic)
