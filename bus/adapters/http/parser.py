"""The grammar of answers: llhttp's (httptools), as lenient as aiohttp's client."""

import httptools

from bus.adapters.http.framing import fault


def new_parser(reader: object) -> httptools.HttpResponseParser:
    """A parser that tells `reader` what it finds, by httptools' callbacks."""
    parser = httptools.HttpResponseParser(reader)
    parser.set_dangerous_leniencies(
        lenient_headers=True,
        lenient_optional_cr_before_lf=True,
        lenient_spaces_after_chunk_size=True,
    )
    return parser


def words(error: httptools.HttpParserError) -> str:
    """What a parser refused, in words for a partner."""
    own = error.__context__  # raised in a callback
    return fault(
        f"Invalid HTTP header: {own}" if isinstance(own, ValueError) else str(error)
    )
