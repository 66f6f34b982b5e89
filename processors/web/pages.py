"""A page and an act as rows of a table."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from bus.access.roles import Scope
from processors.gateway.model import Model, NoQuery
from processors.gateway.routes import JSON, Asked, Reply

View: TypeAlias = Callable[[Asked], Awaitable[object]]
"""What a page shows: a frozen dataclass, all that its template reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page.

    Attributes:
        path: Below `/ui`, names in braces as the API has them.
        name: Unique; what the request's line in the log calls it.
        scope: What a key needs to see it.
        view: What it shows.
        template: A file in `templates`.
        query: What may stand behind the question mark.
        nav: What the navigation calls it; empty: it is not there.
        under: The path of the page in the navigation that it belongs to, where that is
            not the one that its own path stands below.
        live: Cells that its template marks are sent again as they change.
        made_of: Equal to what it was while what a live page is made of stays as it
            was, but for the time; without it, it is drawn anew every second.
        find: The parameter of its query that takes what somebody looks for.
        tenants: Its path names what belongs to a tenant: others get 404.
        example: What the world of the tests has, for the names in its path; what is
            named there and not in the path is asked for.
    """

    path: str
    name: str
    scope: Scope
    view: View = field(repr=False)
    template: str
    query: type[Model] = NoQuery
    nav: str = ""
    under: str = ""
    live: bool = False
    made_of: Callable[[Asked], object] | None = None
    find: str = ""
    tenants: bool = False
    example: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """Something to take away from a page, as a file.

    Attributes:
        path: Below `/ui`; names in braces as the API has them.
        name: Unique.
        scope: What a key needs for it.
        give: Its content, and in its headers what the file is called.
        query: What may stand behind the question mark.
    """

    path: str
    name: str
    scope: Scope
    give: Callable[[Asked], Awaitable[Reply]] = field(repr=False)
    query: type[Model] = NoQuery
    media_type: str = JSON


class Done(NamedTuple):
    """What came of an act: a sentence, and the page to go on at."""

    notice: str
    to: str
    good: bool = True


@dataclass(frozen=True, slots=True)
class Again:
    """The form once more, with what was typed and what came of it."""

    template: str
    view: object = field(repr=False)
    status: int = 422


Do: TypeAlias = Callable[[Asked], Awaitable[Done | Again]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Something that can be done on a page, by a form that is posted.

    Attributes:
        path: Below `/ui`; names in braces as the API has them.
        name: Unique.
        scope: What a key needs for it.
        do: Does it; a problem becomes a notice on the page `back`.
        form: Its fields, beside the session's `csrf`.
        back: The page to go back to where it cannot be done, with the path's names.
    """

    path: str
    name: str
    scope: Scope
    do: Do = field(repr=False)
    form: type[Model] = NoQuery
    back: str
    tenants: bool = False


class Entry(NamedTuple):
    """A page in the navigation."""

    label: str
    href: str
    current: bool
    find: str = ""


def navigation(
    pages: Sequence[Page], may: Callable[[Scope], bool], here: str
) -> Sequence[Entry]:
    """The pages that somebody may see, in the table's order; one is the current one."""
    path = here.partition("?")[0].removeprefix("/ui")
    entries = [page for page in pages if page.nav and may(page.scope)]
    at = _under(path, pages) or max(
        (page.path for page in entries if _below(path, page.path)),
        key=len,
        default=None,
    )
    return [
        Entry(page.nav, f"/ui{page.path}", page.path == at, page.find)
        for page in entries
    ]


def _under(path: str, pages: Sequence[Page]) -> str:
    """Where a page says that it belongs to; empty if it does not."""
    parts = path.split("/")
    for page in pages:
        wanted = page.path.split("/")
        fits = len(wanted) == len(parts) and all(
            one == other or one.startswith("{")
            for one, other in zip(wanted, parts, strict=True)
        )
        if fits:
            return page.under
    return ""


def _below(path: str, page: str) -> bool:
    return path == page or (page != "/" and path.startswith(f"{page}/"))
