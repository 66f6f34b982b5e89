"""How partners see the portal, by the settings."""

from bus.errors import ConfigurationError
from processors.settings import Settings
from processors.web.branding.brand import Brand, make_brand
from processors.web.branding.logos import MOST_BYTES

_LOGO = "ORDERBUS_PORTAL_LOGO_FILE"
_ACCENTS = "ORDERBUS_PORTAL_ACCENT, ORDERBUS_PORTAL_ACCENT_DARK"


def brand_of(settings: Settings) -> Brand:
    """Read the logo, check the colours.

    Raises:
        ConfigurationError: which setting cannot be used, and what was expected.
    """
    accents = settings.portal_accent, settings.portal_accent_dark
    try:
        make_brand(settings.portal_name, None, accents)
    except ConfigurationError as error:
        raise ConfigurationError(f"{_ACCENTS}: {error}") from None
    try:
        return make_brand(settings.portal_name, _logo(settings), accents)
    except ConfigurationError as error:
        path = settings.portal_logo_file
        raise ConfigurationError(f"{_LOGO}: {path}: {error}") from None


def _logo(settings: Settings) -> bytes | None:
    path = settings.portal_logo_file
    if path is None:
        return None
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise ConfigurationError(error.strerror or str(error)) from None
