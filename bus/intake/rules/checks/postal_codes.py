"""Postal codes by country: how they look without spaces and dashes."""

import re

_DIGITS = {
    3: "FO IS",
    4: "AT AU BE BG CH CY DK GL HU LI NO NZ PH TN ZA",
    5: "CZ DE DZ EE EG ES FI FR GR HR ID IT KR MA MX MY PK RS TH TR UA UY",
    6: "CN CO IN KZ RO RU SG",
    7: "JP",
}
_OTHERS = {
    "AD": ("AD[1-7]00", "AD500"),
    "AR": ("[A-Z]?[0-9]{4}(?:[A-Z]{3})?", "C1425ABC or 1425"),
    "BR": ("[0-9]{8}", "01310-100"),
    "CA": ("[A-Z][0-9][A-Z][0-9][A-Z][0-9]", "K1A 0B1"),
    "CL": ("[0-9]{7}", "832-0000"),
    "GB": ("[A-Z]{1,2}[0-9][0-9A-Z]?[0-9][A-Z]{2}|GIR0AA", "SW1A 1AA"),
    "GG": ("GY[0-9]{2,3}[A-Z]{2}", "GY1 1AA"),
    "IE": ("[A-Z][0-9][0-9W][0-9A-Z]{4}", "D02 AF30"),
    "IL": ("[0-9]{5}(?:[0-9]{2})?", "6100001"),
    "IM": ("IM[0-9]{2,3}[A-Z]{2}", "IM1 1AA"),
    "JE": ("JE[0-9]{2}[A-Z]{2}", "JE2 3AB"),
    "LT": ("(?:LT)?[0-9]{5}", "LT-01100"),
    "LU": ("L?[0-9]{4}", "L-1009"),
    "LV": ("(?:LV)?[0-9]{4}", "LV-1010"),
    "MC": ("980[0-9]{2}", "98000"),
    "MT": ("[A-Z]{3}[0-9]{2,4}", "VLT 1117"),
    "NL": ("[0-9]{4}[A-Z]{2}", "1012 AB"),
    "PL": ("[0-9]{5}", "00-950"),
    "PR": ("[0-9]{5}(?:[0-9]{4})?", "00901"),
    "PT": ("[0-9]{4}(?:[0-9]{3})?", "1000-205"),
    "SA": ("[0-9]{5}(?:[0-9]{4})?", "11564"),
    "SE": ("[0-9]{5}", "114 55"),
    "SI": ("(?:SI)?[0-9]{4}", "1000"),
    "SK": ("[0-9]{5}", "811 01"),
    "SM": ("4789[0-9]", "47890"),
    "TW": ("[0-9]{3}(?:[0-9]{2,3})?", "100"),
    "US": ("[0-9]{5}(?:[0-9]{4})?", "10118 or 10118-0110"),
    "VA": ("00120", "00120"),
    "VN": ("[0-9]{5,6}", "100000"),
}
_PATTERNS = {
    **{
        country: re.compile(f"[0-9]{{{count}}}")
        for count, countries in _DIGITS.items()
        for country in countries.split()
    },
    **{country: re.compile(pattern) for country, (pattern, _) in _OTHERS.items()},
}
_LOOKS = {
    **{
        country: f"{count} digits"
        for count, countries in _DIGITS.items()
        for country in countries.split()
    },
    **{country: f"one like {example}" for country, (_, example) in _OTHERS.items()},
}
_NEEDLESS = frozenset({"IE"})
_SIGNS = str.maketrans("", "", " -.\u00a0\u2010\u2011\u2012\u2013")


def fits(country: str, code: str) -> bool:
    """Whether a postal code can be one of its country; yes where nobody knows."""
    pattern = _PATTERNS.get(country)
    return pattern is None or bool(pattern.fullmatch(code.upper().translate(_SIGNS)))


def is_needed(country: str) -> bool:
    """Whether nothing arrives there without one, as far as that is known."""
    return country in _PATTERNS and country not in _NEEDLESS


def looks_of(country: str) -> str:
    """How one looks, for people: `5 digits`, `one like SW1A 1AA`."""
    return _LOOKS.get(country, "")
