"""From one page of a list to the next, as the page says or by number."""

import re
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

_LINK = re.compile(r'<([^<>\s]{1,2000})>((?:\s*;\s*[^,;"]+(?:"[^"]*")?)*)')
_NEXT = re.compile(r'rel\s*=\s*"?[^"]*\bnext\b', re.IGNORECASE)


def next_page(url: str, link: str) -> str | None:
    """The address of the next page, by the header `Link` of the one at `url`.

    Whether it may be asked there, the caller has to look at: a server says it.
    """
    for found in _LINK.finditer(link[:8_000]):
        if _NEXT.search(found[2]):
            return str(urljoin(url, found[1]))
    return None


def numbered_page(url: str, parameter: str) -> str:
    """The address of the page after the one at `url`; one that has no number is 1."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    now = query.get(parameter, "1")
    query[parameter] = str(int(now) + 1 if now.isascii() and now.isdigit() else 2)
    return urlunsplit(parts._replace(query=urlencode(query)))
