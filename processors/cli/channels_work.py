"""What `bus channels test` and `new` do with files."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from re import fullmatch, sub
from shutil import copyfile

from bus.client.channels import (
    channel_names,
    read_channel,
    read_samples,
    write_expected,
)
from bus.client.schemas import load_catalogue
from bus.errors import ConfigurationError
from bus.expected import among
from bus.intake.channels.definition import Channel
from bus.intake.channels.loading import DEFINITION, MAPPING
from bus.intake.drafting import draft
from bus.intake.formats import like_of, suffix_of
from bus.intake.samples import Sample, differences, outcome

_NAME = r"[a-z0-9][a-z0-9-]{1,62}"


def tested(channel: Channel, place: Path, *, update: bool) -> dict[str, object]:
    """Convert the samples of a channel; what differs, by sample."""
    samples = read_samples(place)
    differs: dict[str, list[str]] = {}
    written = 0
    for sample in samples:
        came = outcome(channel, sample)
        if update:
            if came != sample.expected:
                write_expected(place, sample.name, came)
                written += 1
        elif sample.expected is None:
            differs[sample.name] = ["there is no expected.json; --update writes it"]
        elif lines := differences(sample.expected, came):
            differs[sample.name] = lines
    return {
        "channel": channel.name,
        "samples": len(samples),
        "written": written,
        "differs": differs,
    }


def made(
    shipped: Path, name: str, files: Sequence[Path], folder: Path, like: str | None
) -> list[str]:
    """Write the folder of a new channel; say what was done and what is next.

    Raises:
        ConfigurationError: The name is none or taken, or a file cannot be read.
    """
    place = folder / name
    bodies = _judged(shipped, place, name, files, like)
    like = like or next((found for body in bodies if (found := like_of(body))), None)
    if like is None:
        drafted = draft(name, bodies, [str(file) for file in files])
        texts = {DEFINITION: drafted.definition, MAPPING: drafted.mapping}
        done = f"{drafted.guessed} fields guessed, {drafted.left} left in comments"
    else:
        texts = dict(_copied(shipped / like, name))
        done = f"begun as a copy of {like}"
    place.mkdir(parents=True)
    for file, text in texts.items():
        (place / file).write_text(text, encoding="utf-8")
    for number, (given, body) in enumerate(zip(files, bodies, strict=True), 1):
        stem = sub(r"[^a-z0-9]+", "-", given.stem.lower()).strip("-") or "sample"
        sample = place / "samples" / f"{number:02}-{stem}"
        sample.mkdir(parents=True)
        copyfile(given, sample / f"body.{suffix_of(body)}")
    return [f"made   {place}: {done}", *_told(place, folder)]


def _judged(
    shipped: Path, place: Path, name: str, files: Sequence[Path], like: str | None
) -> list[bytes]:
    """What is in the files.

    Raises:
        ConfigurationError: With all that is wrong with what was given.
    """
    wrong, bodies = [], []
    if not fullmatch(_NAME, name):
        why = "2 to 63 small letters, digits and dashes are expected, no dash first"
        wrong.append(f"{name!r} is no name of a channel: {why}")
    elif place.exists():
        why = "choose another name, or another --folder"
        wrong.append(f"{place} is there already; {why}")
    if (parent := next(one for one in place.parents if one.exists())).is_file():
        wrong.append(f"--folder: {parent} is a file; a folder is expected")
    if like is not None and like not in (known := channel_names(shipped)):
        wrong.append(f"--like: there is no channel {like!r}; {among(like, known)}")
    for file in files:
        try:
            bodies.append(_bytes(file))
        except ConfigurationError as error:
            wrong.append(str(error))
    if wrong:
        raise ConfigurationError("\n".join(wrong))
    return bodies


def both_channels(schemas: Path, old: Path, new: Path) -> tuple[Channel, Channel]:
    """The channels in two folders.

    Raises:
        ConfigurationError: One is none, or something is wrong with it.
    """
    catalogue = load_catalogue(schemas)
    found, wrong = [], []
    for place in dict.fromkeys((old, new)):
        try:
            loaded = read_channel(place.absolute(), catalogue)
        except ConfigurationError as error:
            wrong.append(str(error))
            continue
        found.append(loaded.channel)
        wrong += [f"{place}/{problem}" for problem in loaded.problems]
    channels = [one for one in found if one is not None]
    if wrong:
        raise ConfigurationError("\n".join(wrong))
    return channels[0], channels[-1]


def samples_of_both(old: Path, new: Path) -> list[Sample]:
    """The samples of two folders; where both have one of a name, the newer one."""
    found = {one.name: one for place in (old, new) for one in read_samples(place)}
    return [found[name] for name in sorted(found)]


def _told(place: Path, folder: Path) -> Iterator[str]:
    loaded = read_channel(place, load_catalogue())
    if loaded.channel is None:
        yield from (f"faulty {problem}" for problem in loaded.problems)
    else:
        tested(loaded.channel, place, update=True)
        for sample in read_samples(place):
            yield f"wrote  {place / 'samples' / sample.name / 'expected.json'}"
    name, where = place.name, f"--folder {folder}"
    yield "next:"
    yield f"  read {place / MAPPING}, line by line; then expected.json of each sample"
    yield f"  bus channels check {name} {where}"
    yield f"  bus channels test {name} {where}"
    yield f"  bus channels coverage {name} {where}"


def _copied(place: Path, name: str) -> Iterator[tuple[str, str]]:
    """The texts of a channel, under another name and without secrets of its samples."""
    for file in (DEFINITION, MAPPING):
        text = (place / file).read_text(encoding="utf-8")
        if file == DEFINITION:
            text = sub(r"(?m)^channel: .*$", f"channel: {name}", text)
        yield file, text


def _bytes(file: Path) -> bytes:
    try:
        body = file.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"cannot read {file}: {error.strerror}") from None
    if not body.strip():
        raise ConfigurationError(f"{file} is empty; what a sender sends is expected")
    return body
