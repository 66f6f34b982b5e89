"""aiohttp's parser of answers, more patient with what other clients take, too.

It throws away what it has read when a fault follows: a whole answer, if bytes that
belong to none come with it. So what was refused is read once more here, its head
mended (`framing`), byte by byte until an answer is whole.
"""

from collections.abc import Callable
from typing import TypeAlias

from aiohttp.http import HttpResponseParser, RawResponseMessage
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.streams import StreamReader

from bus.adapters.http.framing import fault, mended
from bus.adapters.http.reply import MOST_HEAD

_FIRST, _SWITCHING, _FINAL = 100, 101, 200

_Message: TypeAlias = tuple[RawResponseMessage, StreamReader]
_Fed: TypeAlias = tuple[list[_Message], bool, bytes]


class PatientParser:
    """In the place of aiohttp's parser, for one answer; `make` makes one of those."""

    def __init__(self, make: Callable[[], HttpResponseParser]) -> None:
        self._make = make
        self._parser = make()
        self._seen = b""
        self._told = 0
        self._headed = False
        self.odd = False
        """Whether bytes came that belong to no answer."""

    def feed_data(self, data: bytes) -> _Fed:
        """As aiohttp's: messages, whether it is upgraded, what is left.

        Raises:
            HttpProcessingError: It is no answer.
        """
        if self.odd:
            return [], False, b""  # what follows an answer belongs to none
        if self._headed:
            return self._parser.feed_data(data)
        self._seen += data
        try:
            fed = self._parser.feed_data(data)
        except HttpProcessingError as error:
            return self._again(error)
        self._tell(fed[0])
        return fed

    def feed_eof(self) -> RawResponseMessage | None:
        """As aiohttp's."""
        return self._parser.feed_eof()

    def pause_reading(self) -> None:
        """As aiohttp's."""
        self._parser.pause_reading()

    def _tell(self, messages: list[_Message]) -> None:
        self._told += len(messages)
        self._headed = any(_final(message) for message, _ in messages)
        if len(self._seen) > MOST_HEAD:
            self._headed = True  # nobody mends that

    def _again(self, error: HttpProcessingError) -> _Fed:
        better = mended(self._seen, fault(error.message))
        if better == b"":
            return [], False, b""  # once its head is whole
        self._parser = self._make()
        messages: list[_Message] = []
        for byte in better or self._seen:
            messages += self._parser.feed_data(bytes((byte,)))[0]
            if messages and _final(messages[-1][0]) and messages[-1][1].is_eof():
                self.odd = better is None
                break
        messages = messages[self._told :]
        self._tell(messages)
        return messages, False, b""


def _final(message: RawResponseMessage) -> bool:
    return not _FIRST <= message.code < _FINAL or message.code == _SWITCHING
