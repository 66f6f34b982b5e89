"""URLs as people may see them."""

import re
from functools import lru_cache
from urllib.parse import urlsplit


@lru_cache(maxsize=4_096)
def shown_url(url: str) -> str:
    """Return a URL without its query's values, and without credentials in it.

    Pages ask for that of all again.
    """
    parts = urlsplit(url)
    if "@" in parts.netloc:
        parts = parts._replace(netloc=f"…@{parts.netloc.rpartition('@')[2]}")
    query = re.sub(r"=[^&]*", "=…", parts.query)
    if query == parts.query and query:
        query = "…"
    return parts._replace(query=query).geturl()
