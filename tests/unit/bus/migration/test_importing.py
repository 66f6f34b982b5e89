"""Endpoints of Svix and Convoy, as subscriptions to be applied."""

import asyncio
import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bus.delivery.subscription import State
from bus.errors import ConfigurationError
from bus.migration.importing import Export, Sender, import_from
from bus.webhook.signing import generate_secret
from processors.cli import migrate
from processors.subscriptions.applying import Action, apply, plan
from processors.subscriptions.document import read_drafts
from tests.support.worlds import Worlds

SECRET = generate_secret(b"\x05" * 32)
HUSH = "a-token-that-nobody-sees"
SVIX = {
    "data": [
        {
            "id": "ep_1",
            "uid": "Acme Ltd.",
            "url": "https://acme.example/in",
            "description": "for the\nwarehouse",
            "filterTypes": ["invoice.paid", "order.created", "user.left"],
            "rateLimit": 25,
            "disabled": False,
        },
        {
            "id": "ep_2",
            "url": "https://two.example/in",
            "filterTypes": None,
            "channels": ["eu"],
            "disabled": True,
        },
    ],
    "iterator": "ep_2",
    "done": True,
}
CONVOY = {
    "status": True,
    "message": "Endpoints fetched",
    "data": {
        "content": [
            {
                "uid": "01HX",
                "name": "globex",
                "url": "https://globex.example/hook",
                "status": "paused",
                "rate_limit": 300,
                "rate_limit_duration": "1m",
                "secrets": [
                    {"value": "an-old-one-of-the-partner-s", "expires_at": "2026"},
                    {"value": "the-newest-secret-of-globex"},
                ],
            }
        ],
        "pagination": {"has_next_page": False},
    },
}
CONVOY_SUBSCRIPTIONS = {
    "data": {
        "content": [
            {
                "uid": "s1",
                "endpoint_metadata": {"uid": "01HX"},
                "filter_config": {
                    "event_types": ["order.created", "order.gone"],
                    "filter": {"body": {"a": 1}},
                },
            }
        ]
    }
}


@pytest.fixture
def worlds() -> Worlds:
    """A bus in memory."""
    return Worlds()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where answers of the API are kept."""
    (tmp_path / "export").mkdir()
    return tmp_path / "export"


def put(folder: Path, **documents: object) -> None:
    """Write answers; `__` is a dot."""
    for name, document in documents.items():
        file = folder / f"{name.replace('__', '.')}.json"
        file.write_text(json.dumps(document))


def imports(*args: object) -> Result:
    """Run the command."""
    words = ["import", *(str(one) for one in args)]
    return CliRunner().invoke(migrate.app, words)


def svix(folder: Path) -> tuple[object, ...]:
    """An export of Svix's, and the names of its types."""
    headers = {"headers": {"Authorization": HUSH}, "sensitive": ["X-Key"]}
    put(folder, endpoints=SVIX, ep_1__secret={"key": SECRET}, ep_1__headers=headers)
    names = folder.parent / "types.yaml"
    names.write_text("invoice.paid: payment.captured\n")
    return "svix", folder, "--types", names


def test_svix_becomes_a_document_to_apply(folder: Path) -> None:
    """Its secret goes over as it is; what has no place here is said."""
    out = folder.parent / "out"
    done = imports(*svix(folder), "--out", out)
    assert done.exit_code == 0, done.output
    text = (out / "subscriptions.yaml").read_text()
    acme, two = read_drafts(text, out)
    assert (acme.subscription.id, acme.subscription.rate) == ("acme-ltd", 25)
    assert re.search(r"rate: 25$", text, re.MULTILINE)
    assert acme.subscription.types == ("order.created", "payment.captured")
    assert acme.subscription.headers["Authorization"] == HUSH
    assert acme.secret == SECRET
    assert (two.subscription.id, two.subscription.types) == ("ep-2", ("*",))
    states = [one.subscription.state for one in (acme, two)]
    assert states == [State.ACTIVE, State.PAUSED]
    for told in ("user.left", "channels eu", "disabled there", "X-Key"):
        assert told in done.output.replace("\n", " ")
    plan, apply = (
        done.output.index("plan acme-ltd"),
        done.output.index("subscriptions apply"),
    )
    assert plan < done.output.index("plan ep-2") < apply
    for file in out.glob("acme-ltd.*"):
        assert file.stat().st_mode & 0o777 == 0o600
    assert HUSH not in text + done.output
    assert SECRET not in text + done.output


def test_without_a_folder_nothing_is_written(folder: Path) -> None:
    """It shows what would come of it, and no secret, as JSON neither."""
    done = imports(*svix(folder), "--json")
    assert done.exit_code == 0, done.output
    rows = json.loads(done.stdout)
    assert [row["secret"] for row in rows] == [True, False]
    assert rows[0]["headers"] == ["Authorization"]
    assert HUSH not in done.output
    assert SECRET not in done.output
    assert not (folder.parent / "out").exists()


def test_convoy_names_its_types_beside(folder: Path) -> None:
    """Rates are by the second here; its secret gets the form that signs."""
    put(folder, endpoints=CONVOY, subscriptions=CONVOY_SUBSCRIPTIONS)
    out = folder.parent / "out"
    done = imports("convoy", folder, "--out", out)
    assert done.exit_code == 0, done.output
    (globex,) = read_drafts((out / "subscriptions.yaml").read_text(), out)
    assert globex.subscription.state is State.PAUSED
    assert (globex.subscription.id, globex.subscription.rate) == ("globex", 5)
    assert globex.subscription.types == ("order.created",)
    assert str(globex.secret).startswith("whsec_")
    told = " ".join(done.output.split())
    for note in ("paused there", "order.gone", "filter", "X-Convoy-Signature"):
        assert note in told
    assert "newest-secret" not in done.output


def test_an_empty_filter_of_convoys_is_none(folder: Path) -> None:
    """It keeps one with nothing in it for every subscription."""
    nothing: dict[str, object] = {
        "body": {},
        "headers": {},
        "query": None,
        "is_flattened": False,
    }
    (one,) = CONVOY_SUBSCRIPTIONS["data"]["content"]
    types = {"event_types": ["order.created"], "filter": nothing}
    subscriptions = {"data": {"content": [{**one, "filter_config": types}]}}
    put(folder, endpoints=CONVOY, subscriptions=subscriptions)
    done = imports("convoy", folder, "--json")
    assert done.exit_code == 0, done.output
    assert not [
        note for note in json.loads(done.stdout)[0]["notes"] if "filter" in note
    ]


def test_what_is_there_is_not_overwritten(folder: Path) -> None:
    """A folder with anything in it is refused."""
    done = imports(*svix(folder), "--out", folder)
    assert done.exit_code == 2
    assert "is not empty" in done.output


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ({"data": []}, "no *.json with a list of endpoints"),
        ([{"url": ""}], "endpoints.json, number 1: endpoint has no URL"),
        (
            [{"id": "aa", "url": "https://a.example"}, {"id": "bb", "url": 5}],
            "endpoints.json, number 2: endpoint 'bb' has no URL",
        ),
        ([{"id": "a", "url": "https://a.example", "filterTypes": ["x"]}], "--types"),
        ([{"id": "aa", "url": "https://a.example"}] * 2, "two endpoints would be"),
        ("nothing", "no *.json with a list of endpoints"),
    ],
)
def test_what_is_no_export_is_refused(folder: Path, document: object, why: str) -> None:
    """And says what is wrong, in one line."""
    put(folder, endpoints=document)
    done = imports("svix", folder)
    assert done.exit_code == 2
    assert why in " ".join(done.output.split())


def test_endpoints_of_two_files(folder: Path) -> None:
    """What stands in both is named with both, and nothing is written."""
    put(folder, first=SVIX, second={"data": [{"uid": "EP 2", "url": "https://o.ex"}]})
    out = folder.parent / "out"
    types = svix(folder)[2:]
    (folder / "endpoints.json").unlink()
    done = imports("svix", folder, *types, "--out", out)
    assert done.exit_code == 2
    said = " ".join(done.output.split())
    both = "first.json, number 2, and second.json, number 1"
    assert f"two endpoints would be called ep-2: {both}" in said
    assert not out.exists()


def test_what_was_disabled_is_made_paused(folder: Path, worlds: Worlds) -> None:
    """By the document as it is; applied once more, it changes nothing."""
    out = folder.parent / "out"
    assert imports(*svix(folder), "--out", out).exit_code == 0
    asyncio.run(_applied_twice(worlds, out))


async def _applied_twice(worlds: Worlds, out: Path) -> None:
    text = (out / "subscriptions.yaml").read_text()
    async with worlds.open() as world:
        await apply(world, await plan(world, text, out), trust=True)
        two, acme = world.table.get("ep-2"), world.table.get("acme-ltd")
        assert two is not None
        assert acme is not None
        assert (two.state, acme.state) == (State.PAUSED, State.ACTIVE)
        await world.writer.resume("ep-2")
        again = await plan(world, text, out)
        assert {step.action for step in again} == {Action.KEEP}
        resumed = world.table.get("ep-2")
        assert resumed is not None
        assert resumed.state is State.ACTIVE


def test_hostile_answers_are_only_data() -> None:
    """Whatever types fields have, the answer is a subscription or a refusal."""
    odd: list[object] = [None, 5, [], {}, "\x1b[31m", True]
    for value in odd:
        endpoint = dict.fromkeys(
            ("uid", "description", "filterTypes", "rateLimit", "secrets"), value
        )
        export = Export([{**endpoint, "id": "ep", "url": "https://a.example"}], {})
        for sender in Sender:
            (one,) = import_from(sender, export, {}, ["order.created"])
            assert one.id
    with pytest.raises(ConfigurationError):
        import_from(Sender.SVIX, Export([{"id": "x"}], {}), {}, [])
