"""Converters: what a value may become, by name; exact, and never an exception outwards.

`TABLE` has all of them. One converter is one function with a docstring, which is its
documentation, too. What cannot be read raises `Unreadable`; what can but is worth a
word is noted. Nothing here passes through a floating-point number.
"""

from bus.intake.converters.kinds import Converter
from bus.intake.converters.lists import LISTS
from bus.intake.converters.numbers import NUMBERS
from bus.intake.converters.texts import TEXTS
from bus.intake.converters.times import TIMES

TABLE: dict[str, Converter] = {
    converter.name: converter for converter in (*TEXTS, *NUMBERS, *TIMES, *LISTS)
}
"""Every converter by its name."""
