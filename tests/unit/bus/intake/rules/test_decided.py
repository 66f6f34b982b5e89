"""Records of parked items become decisions that teach."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from bus.intake.parked.decisions import Decision as Said
from bus.intake.parked.decisions import Kind
from bus.intake.parked.item import Found, Item, Money, Stage
from bus.intake.rules.decided import decisions
from bus.intake.rules.learning import Verdict
from bus.intake.rules.scopes import Scope
from tests.support.judged import NOW, order

ITEM = Item(
    id="i1",
    source="shop-eu",
    channel="shopify",
    account="C-1",
    at=NOW,
    stage=Stage.RULE,
    payload=order(),
    value=Money(Decimal(45), "EUR"),
    findings=(
        Found(code="total_differs", rule="total-sum", need="7"),
        Found(code="article_unknown", rule="article-known", need="4711"),
        Found(code="missing"),
        Found(code="email_unusable", rule="email", observed=True),
    ),
)


def said(kind: Kind, on: int = 1, **more: object) -> Said:
    """A decision about the item."""
    fields = {"id": "i1", "who": "ada", "at": NOW + timedelta(hours=1), **more}
    return Said(kind=kind, on=on, **fields)  # type: ignore[arg-type]  # its own fields


def test_a_release_as_it_was_is_false() -> None:
    """With what held it, and what would have let it pass; the seller's account."""
    (found,) = decisions([ITEM, said(Kind.RELEASED, release=1)])
    assert found.verdict is Verdict.RELEASED
    assert found.scope == Scope("shopify", "shop-eu", "A-7")
    assert (found.value, found.currency) == (Decimal(45), "EUR")
    needs = {one.rule: one.need for one in found.holding()}
    assert needs == {"total-sum": Decimal(7), "article-known": "4711"}


def test_without_a_sellers_account_the_source_stands_for_it() -> None:
    """Never the buyer's account."""
    bare = replace(ITEM, payload={**order(), "source": {}})
    (found,) = decisions([bare, said(Kind.RELEASED, release=1)])
    assert found.scope == Scope("shopify", "shop-eu", "")


def test_other_ends() -> None:
    """Mended and rejected are true, expired says nothing, open ones are left out."""
    edited = said(Kind.EDITED, payload={}, event_type="x")
    (mended,) = decisions([ITEM, edited, said(Kind.RELEASED, on=2, release=1)])
    assert mended.verdict is Verdict.MENDED
    (rejected,) = decisions([ITEM, said(Kind.REJECTED, why="no")])
    assert rejected.verdict is Verdict.REJECTED
    (expired,) = decisions([ITEM, said(Kind.EXPIRED, why="old")])
    assert expired.verdict is Verdict.EXPIRED
    assert decisions([ITEM, said(Kind.ASSIGNED, to="bob")]) == []


def test_what_does_not_fit_is_passed_over() -> None:
    """Decisions on another version, items that no rule held, strangers."""
    stale = said(Kind.REJECTED, on=7, why="no")
    assert decisions([ITEM, stale]) == []
    unread = replace(ITEM, stage=Stage.PARSE)
    assert decisions([unread, said(Kind.RELEASED, release=1)]) == []
    assert decisions([said(Kind.RELEASED, release=1)]) == []
