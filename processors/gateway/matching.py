"""Which route a request is for."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import unquote

from processors.gateway.problems import NOT_FOUND, NOT_SUPPORTED, ProblemError
from processors.gateway.routes import Route

_NO_PATH = "The API has no such path; /docs has all that there are."
_NAME = re.compile(r"\{(\w+)\}")


class Match(NamedTuple):
    """A route, and what its path names."""

    route: Route
    path: Mapping[str, str]


class Router:
    """Finds routes by method and path."""

    def __init__(self, routes: Sequence[Route]) -> None:
        self._by_length: dict[int, list[tuple[Sequence[str], dict[str, Route]]]] = {}
        for route in routes:
            segments = route.path.split("/")[1:]
            same = self._by_length.setdefault(len(segments), [])
            for known, methods in same:
                if known == segments:
                    methods[route.method] = route
                    break
            else:
                same.append((segments, {route.method: route}))
        for patterns in self._by_length.values():
            # A fixed word goes before a name that could be it.
            patterns.sort(key=lambda pattern: ["{" in s for s in pattern[0]])

    def match(self, method: str, raw_path: str) -> Match:
        """The route of a request; HEAD is GET without a body.

        Raises:
            ProblemError: there is no such path, or it has no such method.
        """
        given = raw_path.split("/")[1:]
        for pattern, methods in self._by_length.get(len(given), ()):
            path = _fitted(pattern, given)
            if path is None:
                continue
            route = methods.get("GET" if method == "HEAD" else method)
            if route is None:
                allowed = [*sorted(methods), *(["HEAD"] if "GET" in methods else [])]
                raise ProblemError(NOT_SUPPORTED, headers={"Allow": ", ".join(allowed)})
            return Match(route, path)
        raise ProblemError(NOT_FOUND, _NO_PATH)


def _fitted(pattern: Sequence[str], given: Sequence[str]) -> dict[str, str] | None:
    path: dict[str, str] = {}
    for wanted, segment in zip(pattern, given, strict=True):
        name = _NAME.fullmatch(wanted)
        if name is None and wanted != segment:
            return None
        if name is not None:
            path[name[1]] = unquote(segment, errors="replace")
    return path


def names_in(path: str) -> Sequence[str]:
    """The names in a path, in order."""
    return _NAME.findall(path)
