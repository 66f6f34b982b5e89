"""Somebody with a browser that runs no scripts: a cookie, links, forms."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode

from aiohttp import ClientSession, DummyCookieJar
from typing_extensions import override

from processors.web.pages import Act, Page
from processors.web.rendering import seen
from tests.support.command_check import wrong_with
from tests.support.lively import Lively, signed_in

OURS = {"Sec-Fetch-Site": "same-origin"}
_NO_ACTS = ("/ui/sign-in", "/ui/sign-out", "/ui/link")
"""Forms without a command: who somebody is in a browser is no matter of a terminal."""
_CSRF = re.compile(r'name="csrf" value="([0-9a-f]{32})"')


def address(row: Page | Act, **names: str) -> str:
    """Where a page is, of what the lively bus has; what its path has not is asked."""
    example = row.example if isinstance(row, Page) else {}
    given = {name: names.get(name, value) for name, value in example.items()}
    path = f"/ui{row.path.format(**{**given, **names})}"
    asked = {n: v for n, v in given.items() if f"{{{n}}}" not in row.path}
    return f"{path}?{urlencode(asked)}" if asked else path


class _Laws(HTMLParser):
    """Collects what the laws are about."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.headings = 0
        self.broken: list[str] = []
        self._form = ""
        self._code: list[str] | None = None

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note ids, headings, and what the policy would refuse."""
        given = dict(attrs)
        self.headings += tag == "h1"
        if given.get("id"):
            self.ids.append(str(given["id"]))
        self.broken += [f"{tag} {name}" for name in given if name.startswith("on")]
        if "style" in given or tag == "style":
            self.broken.append(f"{tag} with a style")
        if tag == "form" and not given.get("action"):
            self.broken.append("form without an action")
        if tag == "script" and not given.get("src"):
            self.broken.append("script in the page")
        if tag == "form" and given.get("method") == "post":
            self._form = str(given["action"])
        if tag == "code":
            self._code = []
            self._form = "" if "data-copy" in given else self._form

    @override
    def handle_data(self, data: str) -> None:
        """Note what stands in code."""
        if self._code is not None:
            self._code.append(data)

    @override
    def handle_endtag(self, tag: str) -> None:
        """A command is one that there is; an act has one beside it."""
        if tag == "code":
            text, self._code = "".join(self._code or ()), None
            why = wrong_with(text) if text.startswith("bus ") else ""
            self.broken += [f"{text}: {why}"] if why else []
        if tag == "form" and self._form not in {"", *_NO_ACTS}:
            self.broken.append(f"no command beside {self._form}")
        self._form = "" if tag == "form" else self._form


@dataclass(frozen=True)
class Seen:
    """A page as it was answered."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def without_ids(self) -> str:
        """The page without what names this one request or session."""
        return re.sub(r"\b[0-9a-f]{32}\b", "", self.text)

    def hold_to_the_laws(self) -> None:
        """What every page keeps."""
        assert seen(self.text) == self.text
        policy = self.headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert self.headers["X-Content-Type-Options"] == "nosniff"
        assert "Traceback" not in self.text
        laws = _Laws()
        laws.feed(self.text)
        assert laws.headings == 1
        assert len(laws.ids) == len(set(laws.ids)), laws.ids
        assert not laws.broken, laws.broken
        heading = re.search(r"<h1>(.*?)</h1>", self.text, re.DOTALL)
        title = re.search(r"<title>(.*?)</title>", self.text, re.DOTALL)
        assert heading
        assert title
        assert title[1].startswith(heading[1])


@dataclass
class Visitor:
    """Who looks at pages."""

    session: ClientSession
    cookies: dict[str, str] = field(default_factory=dict)

    async def get(self, path: str) -> Seen:
        """Load a page; redirects are not followed."""
        return await self._ask("GET", path, None, {})

    async def post(
        self,
        path: str,
        fields: Mapping[str, str],
        headers: Mapping[str, str] = OURS,
    ) -> Seen:
        """Send a form."""
        return await self._ask("POST", path, fields, headers)

    async def csrf(self, path: str = "/ui/subscriptions") -> str:
        """What stands in the forms of a page."""
        found = _CSRF.search((await self.get(path)).text)
        assert found
        return found[1]

    async def act(self, path: str, **fields: str) -> Seen:
        """Do what a form of ours does, and see the page that follows."""
        done = await self.post(path, {"csrf": await self.csrf(), **fields})
        assert done.status == 303, done.text
        return await self.get(done.headers["Location"])

    async def _ask(
        self,
        method: str,
        path: str,
        fields: Mapping[str, str] | None,
        headers: Mapping[str, str],
    ) -> Seen:
        sent = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        async with self.session.request(
            method,
            path,
            data=fields,
            headers={**headers, **({"Cookie": sent} if sent else {})},
            allow_redirects=False,
        ) as answer:
            self._keep(answer.headers.get("Set-Cookie", ""))
            return Seen(answer.status, answer.headers, await answer.text())

    def _keep(self, cookie: str) -> None:
        if not cookie:
            return
        name, _, rest = cookie.partition("=")
        value = rest.partition(";")[0].strip('"')
        if "Max-Age=0" in cookie:
            self.cookies.pop(name, None)
        else:
            self.cookies[name] = value


@asynccontextmanager
async def visiting(site: Lively, by: str = "") -> AsyncIterator[Visitor]:
    """Somebody who has signed in with a key, or nobody yet."""
    async with ClientSession(site.url, cookie_jar=DummyCookieJar()) as session:
        yield Visitor(session, dict([await signed_in(site, by)]) if by else {})
