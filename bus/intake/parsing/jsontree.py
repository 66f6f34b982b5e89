"""JSON to a tree: numbers keep all their digits, a name twice is refused."""

from bus.contracts.jsontext import read_json
from bus.errors import DecodeError
from bus.intake.parsing.tree import Limits, Tree, UnparsableError, check_bounds


def parse_json(body: bytes, limits: Limits) -> Tree:
    """Return the tree of a JSON text.

    Raises:
        UnparsableError: It is none, or ambiguous, or too much.
    """
    try:
        tree = read_json(body, written_out=True)
    except DecodeError as error:
        raise UnparsableError(str(error)) from None
    check_bounds(tree, limits)
    return tree
