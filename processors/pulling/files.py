"""A folder on a partner's server: its files are taken as watched folders' are."""

from bus.intake.channels.definition import Channel
from bus.intake.sources import Source
from processors.collecting.rounds import Meant, Rounds
from processors.pulling.ports import ServedFolder


class FolderReader:
    """Goes over one folder; remembers how its files looked."""

    def __init__(
        self, source: Source, channel: Channel, rounds: Rounds, folder: ServedFolder
    ) -> None:
        self._meant = Meant(source, channel)
        self._rounds = rounds
        self._folder = folder

    async def look(self) -> int:
        """Take what is whole, answer what was answered; how many files were taken.

        Raises:
            FolderError: the folder cannot be used.
            OrderbusError: Kafka cannot be; what is not taken stays where it is.
        """
        count = await self._rounds.go(self._meant, lambda: True)
        await self._rounds.answer(self._meant)
        return count

    async def close(self) -> None:
        """Let go of the server."""
        await self._folder.close()
