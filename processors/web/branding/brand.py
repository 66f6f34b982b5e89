"""A house's dress: what is given becomes files that the gateway serves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from bus.errors import ConfigurationError
from processors.gateway.routes import Reply
from processors.web.assets import KEPT, TYPES, Assets, named
from processors.web.branding.colours import DARK, LIGHT, Ground, refused, written_on
from processors.web.branding.logos import kind_of_logo

NAME = "Orderbus"
_STYLE, _LOGO = "brand.css", "logo"


@dataclass(frozen=True, slots=True)
class Worn:
    """What a page reads of it; an empty address: as it always is."""

    name: str = NAME
    logo: str = ""
    style: str = ""


@dataclass(frozen=True, slots=True)
class Brand:
    """A dress; `files` are what it needs, by the names that pages know them by."""

    name: str = NAME
    logo: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    def dressed(self, assets: Assets) -> Assets:
        """The files of the dashboard, and those of this."""
        files, names = dict(assets.files), dict(assets.names)
        for name, content in self.files.items():
            names[name] = asked = named(name, content)
            suffix = name[name.rindex(".") :]
            files[asked] = Reply(
                content=content, media_type=TYPES[suffix], headers=KEPT
            )
        return replace(assets, files=files, names=names)

    def worn(self, assets: Assets) -> Worn:
        """As pages have it, with the files where they are."""
        return Worn(self.name, assets.url(self.logo), assets.url(_STYLE))


def make_brand(
    name: str, logo: bytes | None, accents: tuple[str | None, str | None]
) -> Brand:
    """A dress of what was given; `accents` are those of light and of dark pages.

    Raises:
        ConfigurationError: what cannot be read or served, and what to do.
    """
    files: dict[str, bytes] = {}
    if logo is not None:
        files[f"{_LOGO}.{kind_of_logo(logo)}"] = logo
    shown = next(iter(files), "")
    if style := _style(accents):
        files[_STYLE] = style
    return Brand(name, shown, files)


def _style(accents: tuple[str | None, str | None]) -> bytes:
    """A style sheet of two colours; empty if none was given."""
    if accents == (None, None):
        return b""
    problems: list[str] = []
    rules: list[str] = []
    for accent, ground in zip(accents, (LIGHT, DARK), strict=True):
        if accent is not None:
            problems += _told(accent, ground)
            rules.append(_rule(accent, ground))
    if problems:
        raise ConfigurationError("\n".join(problems))
    return "\n".join(rules).encode()


def _told(accent: str, ground: Ground) -> Sequence[str]:
    why = refused(accent, ground)
    return [f"the accent of {ground.scheme} pages: {why}"] if why else []


def _rule(accent: str, ground: Ground) -> str:
    on = written_on(accent, ground)
    return (
        f"@media (prefers-color-scheme: {ground.scheme}) "
        f"{{ :root {{ --accent: {accent}; --on-accent: {on}; }} }}"
    )
