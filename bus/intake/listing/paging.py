"""From one page of a list to the next."""

import re
from urllib.parse import urljoin

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
