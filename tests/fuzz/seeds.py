"""What the fuzzer begins with."""

from tests.contract.sender.answers import ANSWERS, OK
from tests.fuzz.check import CUT, ENDINGS, NEXT, PAD, PADDED

LONGEST_INPUT = 1_200


def seeds() -> list[bytes]:
    """Every answer of the contract suite, whole, cut, and before another or an end."""
    made = []
    for number, answer in enumerate(ANSWERS):
        middle, ending = len(answer) // 2, bytes([number % len(ENDINGS)])
        cut = answer[:middle] + CUT + answer[middle:]
        made += [b"\0" + answer + NEXT, ending + cut, ending + answer + NEXT + cut]
    chunked = OK + b"transfer-encoding: chunked\r\n\r\n"
    for endless in (
        OK + b"x: ",
        chunked + b"0\r\nt: ",
        chunked + f"{PADDED:x};".encode(),
    ):
        made.append(b"\0" + endless + PAD * 8)
    return [seed for seed in made if len(seed) <= LONGEST_INPUT]
