"""All pages and acts; the order is that of the navigation."""

from collections.abc import Sequence

from processors.web.pages import Act, Page
from processors.web.subscriptions import acts, listing, one

PAGES: Sequence[Page] = (
    *listing.PAGES,
    *one.PAGES,
)

ACTS: Sequence[Act] = (*acts.ACTS,)
