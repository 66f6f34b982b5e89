"""Does with a connection what a behaviour says."""

from processors.receiver.behaviour import Behaviour, Mode
from processors.receiver.connection import Connection, answer_bytes

_LARGE_SIZE = 10_000_000
_CUT = answer_bytes(200, b"x" * 1000)[:100]
_OK = answer_bytes(200)
_OK_STATUS, _FOUND = 200, 302


def act(
    connection: Connection, behaviour: Behaviour, status: int, elsewhere: str
) -> None:
    """Answer a request with a status, or not (0); `elsewhere` is where 302 points."""
    if status == _OK_STATUS and behaviour.mode is Mode.ANSWER:
        connection.answer(_OK)
    elif status == 0:
        _break(connection, behaviour.mode)
    elif behaviour.mode is Mode.LARGE and status == _OK_STATUS:
        connection.answer(answer_bytes(status, bytes(_LARGE_SIZE)))
    elif behaviour.mode is Mode.REDIRECT and status == _FOUND:
        headers = (("location", elsewhere),)
        connection.answer(answer_bytes(status, b"", headers))
    elif behaviour.retry_after is not None:
        headers = (("retry-after", behaviour.retry_after),)
        connection.answer(answer_bytes(status, b"", headers))
    else:
        connection.answer(answer_bytes(status))


def _break(connection: Connection, mode: Mode) -> None:
    if mode is Mode.RESET:
        connection.reset()
    elif mode is Mode.CLOSE:
        connection.write(_CUT)
        connection.close()
