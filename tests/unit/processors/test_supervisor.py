"""Whether a process that has ended is started again, and how soon."""

import signal

import pytest

from processors.supervisor import Restarts, how_it_ended


def test_pauses_double_up_to_a_bound() -> None:
    """However often it ends; who has lived for a while begins anew."""
    restarts = Restarts()
    pauses = [restarts.pause_s(1, 0.1) for _ in range(40)]
    assert pauses[:4] == [0.2, 0.4, 0.8, 1.6]
    assert set(pauses[6:]) == {10.0}
    assert restarts.pause_s(-signal.SIGKILL, 31) == 0.2


@pytest.mark.parametrize("code", [0, 1, -signal.SIGKILL, -signal.SIGTERM])
def test_it_is_given_up_in_the_end(code: int) -> None:
    """Where that is wanted, and only if none of them lived."""
    restarts = Restarts(most=2)
    for _ in range(5):
        assert restarts.pause_s(code, 40) == 0.2
    assert restarts.pause_s(code, 0.1) == 0.4
    assert restarts.pause_s(code, 0.1) is None


def test_who_is_refused_its_settings_is_not_started_again() -> None:
    """They would be as wrong as before."""
    assert Restarts().pause_s(2, 100) is None


def test_an_end_in_words() -> None:
    """As people know signals."""
    assert how_it_ended(0) == "ended with 0"
    assert how_it_ended(-9) == "was ended by SIGKILL"
    assert how_it_ended(-250) == "was ended by signal 250"
