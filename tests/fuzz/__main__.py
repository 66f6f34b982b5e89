"""`python -m tests.fuzz FOLDER MINUTES`: libFuzzer looks for what breaks a promise.

It keeps its corpus and what it finds in the folder; give it a file found instead of
the minutes to see that one again.
"""

import inspect
import sys
from pathlib import Path

import atheris
from aiohttp import http_parser

from bus.adapters.http.exchange import Connection
from tests.fuzz.check import check
from tests.fuzz.seeds import LONGEST_INPUT, seeds

# aiohttp's parser in Python leads to what the two in C hide from the fuzzer.
_GUIDES = (
    Connection,
    http_parser.HeadersParser,
    http_parser.HttpParser,
    http_parser.HttpPayloadParser,
    http_parser.HttpResponseParserPy,
)


def main(folder: Path, what: str) -> None:
    """Fuzz for so many minutes, or run one file again."""
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds()):
        (corpus / f"seed-{number:04}").write_bytes(seed)
    options = [f"-artifact_prefix={folder}/", f"-max_len={LONGEST_INPUT}"]
    if Path(what).is_file():
        options.append(what)
    else:
        options += [f"-max_total_time={float(what) * 60:.0f}", str(corpus)]
    for guide in _GUIDES:
        for _, function in inspect.getmembers(guide, inspect.isfunction):
            atheris.instrument_func(function)
    atheris.Setup([sys.argv[0], "-timeout=10", "-print_final_stats=1", *options], check)
    atheris.Fuzz()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
