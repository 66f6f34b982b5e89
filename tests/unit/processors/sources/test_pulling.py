"""What a source may declare to be pulled, and what of it is refused."""

from pathlib import Path

import pytest

from bus.errors import InvalidSourceError
from bus.intake.pulling.declared import FolderPull, ListPull
from processors.sources.document import draft, whole
from processors.sources.showing import shown
from tests.support.sources import added, open_sources
from tests.support.worlds import Worlds

LIST = {
    "kind": "list",
    "url": "https://api.example/orders?since={since}",
    "headers": {"authorization": "Bearer {credential.token}"},
    "cursor": "updated_at",
}
FETCH = {"hosts": ["api.example"], "credentials": {"token": "t0ken"}}
HOST_KEY = "ssh-ed25519 " + "A" * 60
FOLDER = {
    "kind": "sftp",
    "url": "sftp://files.example/in",
    "username": "me",
    "host_keys": [HOST_KEY],
}


async def test_a_list_is_declared_and_shown(worlds: Worlds) -> None:
    """As it was written; its credential is hidden."""
    async with open_sources(worlds) as world:
        taken = await added(world, pull=LIST, fetch=FETCH)
        stands = world.table.get("shop-eu")
        assert stands is not None
        assert isinstance(stands.pull, ListPull)
        assert stands.fetch is not None
        assert stands.fetch.credentials == {"token": "t0ken"}
        assert "t0ken" not in str(shown(taken.source))
        told = shown(stands)["pull"]
        assert isinstance(told, dict)
        assert told["cursor"] == "updated_at"


@pytest.mark.parametrize(
    ("fields", "field", "why"),
    [
        ({"pull": LIST}, "pull", "needs fetch"),
        ({"pull": LIST, "fetch": {"hosts": ["api.example"]}}, "pull.headers", "token"),
        (
            {"pull": {**LIST, "url": "{setting.nobody}/?s={since}"}, "fetch": FETCH},
            "pull",
            "no setting 'nobody'",
        ),
        (
            {"pull": {**LIST, "documents": True}, "fetch": FETCH},
            "pull.documents",
            "fetches no documents",
        ),
        (
            {
                "pull": {
                    "kind": "sqs",
                    "url": "sqs://sqs.eu-central-1.amazonaws.com/123456789012/q",
                },
                "fetch": FETCH,
            },
            "pull.url",
            "none of fetch.hosts",
        ),
        ({"pull": FOLDER, "fetch": FETCH}, "pull.url", "none of fetch.hosts"),
        (
            {"pull": FOLDER, "fetch": {"hosts": ["files.example"]}},
            "fetch.credentials",
            "password or private_key",
        ),
        (
            {
                "fetch": {
                    **FETCH,
                    "oauth": {"url": "https://id.example/token", "client_id": "me"},
                }
            },
            "fetch.oauth.url",
            "none of fetch.hosts",
        ),
    ],
)
async def test_what_does_not_fit_is_refused(
    worlds: Worlds, fields: dict[str, object], field: str, why: str
) -> None:
    """With its field, before anything is made."""
    async with open_sources(worlds) as world:
        with pytest.raises(InvalidSourceError) as caught:
            await added(world, **fields)
        assert (field, True) in [
            (name, why in text) for name, text in caught.value.problems
        ]


@pytest.mark.parametrize(
    ("pull", "field"),
    [
        ({**LIST, "cursors": "x"}, "pull.list.cursors"),
        ({**FOLDER, "host_keys": ["not a key"]}, "pull.sftp.host_keys.0"),
        ({**FOLDER, "host_keys": []}, "pull.sftp.host_keys"),
        ({"kind": "ftp"}, "pull"),
    ],
)
def test_what_is_no_declaration(pull: dict[str, object], field: str) -> None:
    """Named by its place."""
    with pytest.raises(InvalidSourceError) as caught:
        draft({"id": "own", "channel": "x12", "pull": pull})
    assert field in [name for name, _ in caught.value.problems]


def test_it_may_stand_in_a_file_of_its_own(tmp_path: Path) -> None:
    """As the command takes it."""
    (tmp_path / "pull.yaml").write_text(
        f"kind: sftp\nurl: sftp://files.example/in\nusername: me\n"
        f"host_keys: ['{HOST_KEY}']\n"
    )
    written = {"id": "own", "channel": "x12", "pull_file": "pull.yaml"}
    made = draft(whole(written, tmp_path))
    assert isinstance(made.source.pull, FolderPull)
    (tmp_path / "pull.yaml").write_text("- a list")
    with pytest.raises(InvalidSourceError, match="expected a mapping"):
        whole(written, tmp_path)
