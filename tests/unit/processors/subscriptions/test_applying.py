"""Making the subscriptions what a file says."""

from pathlib import Path

import pytest

from bus.errors import InvalidSubscriptionError
from processors.subscriptions.applying import Action, Step, apply, plan
from processors.subscriptions.onboarding import Taken
from processors.subscriptions.world import World
from tests.support.worlds import Worlds

FILE = """
- id: acme
  url: https://acme.example/in
  types: order.*
  headers: {Authorization: Bearer hush, X-Plain: one}
  tls: {client_certificate: BEGIN, client_key: BEGIN hush}
  timeout: 3s
- id: beta
  url: https://beta.example/in?token=hush
  types: [payment.*]
  ordering: key
"""
OWN = "whsec_aHVzaGh1c2hodXNoaHVzaGh1c2hodXNo"
OTHER = "whsec_b3RoZXJvdGhlcm90aGVyb3RoZXJvdGhlcm90"


async def applied(world: World, text: str, folder: Path = Path()) -> list[Step]:
    """Plan and apply; return the steps that did something."""
    done: list[tuple[Step, Taken | None]] = []
    steps = await plan(world, text, folder)
    await apply(world, steps, lambda step, taken: done.append((step, taken)))
    return [step for step, _ in done]


async def test_applying_twice_changes_nothing(worlds: Worlds) -> None:
    """The second time everything is as declared, and nothing is written."""
    async with worlds.open() as world:
        first = await applied(world, FILE)
        assert [(s.id, s.action) for s in first] == [
            ("acme", Action.CREATE),
            ("beta", Action.CREATE),
        ]
        records = worlds.records("bus.subscriptions")
        second = await plan(world, FILE, Path())
        assert {s.action for s in second} == {Action.KEEP}
        assert await applied(world, FILE) == []
        assert worlds.records("bus.subscriptions") == records


async def test_a_plan_shows_each_field_and_no_secret(worlds: Worlds) -> None:
    """Headers, keys and query values only say that they changed."""
    async with worlds.open() as world:
        await applied(world, FILE)
        changed = FILE.replace("hush", "hushed").replace("3s", "4s")
        changed = changed.replace("one", "two").replace("order.*", "'*'")
        changed += "  rate: 5\n"
        steps = await plan(world, changed, Path())
        assert "hush" not in repr(steps)
        acme, beta = ({name: (a, b) for name, a, b in s.changes} for s in steps)
        assert acme == {
            "headers.Authorization": ("(hidden)", "(hidden), changed"),
            "headers.X-Plain": ("(hidden)", "(hidden), changed"),
            "timeout": ("3s", "4s"),
            "tls.client_key": ("(hidden)", "(hidden), changed"),
            "types": (["order.*"], ["*"]),
        }
        shown = "https://beta.example/in?token=…"
        assert beta == {"endpoint": (shown, f"{shown}, changed"), "rate": (None, 5.0)}
        await applied(world, changed)
        again = await plan(world, changed, Path())
        assert {s.action for s in again} == {Action.KEEP}


async def test_what_is_not_declared_stays(worlds: Worlds) -> None:
    """Secrets and states live on; fields left out go back to their defaults."""
    async with worlds.open() as world:
        await applied(world, FILE)
        before = world.table.get("acme")
        assert before is not None
        await world.writer.pause("acme", "why")
        await applied(world, FILE.replace("  timeout: 3s\n", ""))
        after = world.table.get("acme")
        assert after is not None
        assert after.timeout_s == 5
        assert (after.state, after.state_reason) == ("paused", "why")
        assert after.secrets == before.secrets


async def test_nothing_is_removed_without_prune(worlds: Worlds) -> None:
    """With prune, what the file does not declare goes."""
    only_acme = FILE.partition("- id: beta")[0]
    async with worlds.open() as world:
        await applied(world, FILE)
        assert await applied(world, only_acme) == []
        steps = await plan(world, only_acme, Path(), prune=True)
        assert [(s.id, s.action) for s in steps] == [
            ("acme", Action.KEEP),
            ("beta", Action.REMOVE),
        ]
        await apply(world, steps)
        assert [s.id for s in world.table.all()] == ["acme"]


async def test_one_problem_refuses_the_whole_file(worlds: Worlds) -> None:
    """Everything wrong is listed, with its subscription; nothing is done."""
    wrong = FILE.replace("3s", "soon")
    wrong_later = FILE.replace("order.*", "order.*\n  filter: '['").replace(
        "beta.example", "10.0.0.1"
    )
    async with worlds.open() as world:
        with pytest.raises(InvalidSubscriptionError, match=r"^acme\.timeout"):
            await plan(world, wrong, Path())
        with pytest.raises(InvalidSubscriptionError) as caught:
            await plan(world, wrong_later, Path())
        assert [name for name, _ in caught.value.problems] == [
            "acme.filter",
            "beta.url",
        ]
        assert world.table.all() == []


async def test_one_that_is_being_removed_is_refused(worlds: Worlds) -> None:
    """It cannot be declared until it is gone."""
    async with worlds.open() as world:
        await applied(world, FILE)
        await world.writer.begin_removal("beta")
        with pytest.raises(InvalidSubscriptionError, match=r"beta\.state: it is being"):
            await plan(world, FILE, Path())


async def test_another_ordering_is_refused(worlds: Worlds) -> None:
    """It stays as it was added, and the plan says so."""
    text = "[{id: acme, url: 'https://a.example', types: '*', ordering: key}]"
    async with worlds.open() as world:
        await applied(world, text)
        with pytest.raises(InvalidSubscriptionError, match=r"acme\.ordering: cannot"):
            await plan(world, text.replace("key", "none"), Path())


async def test_a_tier_not_declared_any_more_is_still_known(worlds: Worlds) -> None:
    """A file declares what is tried from now on, not what was."""
    text = "[{id: acme, url: 'https://a.example', types: '*'}]"
    less = text.replace("'*'", "'*', retry: 5s")
    async with worlds.open() as world:
        await applied(world, text)
        await applied(world, less)
        acme = world.table.get("acme")
        assert acme is not None
        assert (acme.retry, acme.past_tiers) == (("5s",), ("1s", "30s"))
        assert await applied(world, less) == []


async def test_a_secret_file_is_a_declaration(worlds: Worlds, tmp_path: Path) -> None:
    """Its secret is taken on creation; another one later joins it, and lasts.

    So does the first one, should it be declared again.
    """
    (tmp_path / "own").write_text(f"{OWN}\n")
    text = "[{id: acme, url: 'https://a.example', types: '*', secret_file: own}]"
    async with worlds.open() as world:
        await applied(world, text, tmp_path)
        acme = world.table.get("acme")
        assert acme is not None
        assert [s.value for s in acme.secrets] == [OWN]
        assert await applied(world, text, tmp_path) == []
        (tmp_path / "own").write_text(OTHER)
        (step,) = await plan(world, text, tmp_path)
        assert [name for name, _, _ in step.changes] == ["secrets"]
        assert OTHER not in repr(step)
        await applied(world, text, tmp_path)
        acme = world.table.get("acme")
        assert acme is not None
        assert [s.value for s in acme.secrets] == [OTHER, OWN]
        assert acme.secrets[1].expires_at is not None
        assert await applied(world, text, tmp_path) == []
        (tmp_path / "own").write_text(OWN)
        await applied(world, text, tmp_path)
        acme = world.table.get("acme")
        assert acme is not None
        assert [(s.value, s.expires_at is None) for s in acme.secrets] == [
            (OWN, True),
            (OTHER, False),
        ]
        (tmp_path / "own").write_text("hush")
        with pytest.raises(InvalidSubscriptionError, match=r"acme\.secrets"):
            await plan(world, text, tmp_path)


async def test_a_step_without_its_draft_is_a_fault(worlds: Worlds) -> None:
    """Plans come from `plan`."""
    async with worlds.open() as world:
        with pytest.raises(ValueError, match="nothing is declared for acme"):
            await apply(world, [Step(Action.CREATE, "acme")])
