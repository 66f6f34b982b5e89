"""Mail to the owners of endpoints, who say in their subscription of what."""

from collections.abc import Callable, Sequence
from typing import Protocol

from bus.delivery.subscription import Subscription
from bus.ports import Observer
from bus.watch.letter import Letter, letter_of
from bus.watch.message import Links
from bus.watch.telling import Notice
from processors.telemetry import watch_names as names


class Mailer(Protocol):
    """Sends letters."""

    async def send(self, letter: Letter) -> Sequence[str]:
        """Send it once to each; return who cannot be reached for good.

        Raises:
            NotTakenError: nobody got it; another try may help.
        """
        ...


class OwnersMail:
    """A sink: whoever a subscription names hears what it wants to hear of it.

    `find` gives a subscription by its id; `name` is what owners know the bus as.
    """

    def __init__(
        self,
        mailer: Mailer,
        find: Callable[[str], Subscription | None],
        observer: Observer,
        links: Links,
        name: str,
    ) -> None:
        self._mailer = mailer
        self._find = find
        self._observer = observer
        self._links = links
        self._name = name

    async def tell(self, notice: Notice, at: float) -> None:
        """Write to them; nobody may want to be told, and then it is told.

        Raises:
            NotTakenError: nobody got it.
        """
        found = self._find(notice.alert.subject.name)
        letter = letter_of(notice, found, self._links, self._name, at)
        if letter is None:
            return
        gone = await self._mailer.send(letter)
        if gone:
            self._observer.note(
                names.MAIL_REFUSED,
                subscription=notice.alert.subject.name,
                refused=len(gone),
            )
