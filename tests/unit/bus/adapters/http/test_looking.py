"""A look at a socket sees what nobody has read yet."""

import socket

from bus.adapters.http.looking import Look


def test_bytes_and_the_end_are_seen_and_nothing_is_taken() -> None:
    """Without waiting, and as often as one looks."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        look = Look(ours.fileno())
        assert not look.disturbed()
        theirs.send(b"x")
        assert look.disturbed()
        assert look.disturbed()
        assert ours.recv(9) == b"x"
        assert not look.disturbed()
        theirs.close()
        assert look.disturbed()
