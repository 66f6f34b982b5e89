"""A group whose commands are known by name and help, and imported when one is used."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from typing import cast

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption
from typing_extensions import override

from processors.cli.helptext import first_sentence, kind_of_value, tidy


@contextmanager
def _said_plainly() -> Iterator[None]:
    """Leave the words away that pydantic puts before ours."""
    try:
        yield
    except typer.BadParameter as error:
        said = error.message.removeprefix("Value error, ")
        error.message = said.replace("Input should be ", "expected ", 1)
        raise


@contextmanager
def _laid_out() -> Iterator[None]:
    """Break what is said of a wrong word between words, on a terminal."""
    try:
        yield
    except Exception as error:
        said = getattr(error, "format_message", None)
        if said is not None and sys.stderr.isatty():
            from processors.screen.saying import broken

            text = broken(f"{_SAID}{said()}", err=True).removeprefix(_SAID)
            error.format_message = lambda: text  # type: ignore[attr-defined]
        raise


_SAID = "Error: "
"""What a terminal shows before it."""
HELP_NAMES = ["--help", "-h"]


class _Option(TyperOption):
    @override
    def process_value(self, ctx: object, value: object) -> object:
        context = cast("typer.Context", ctx)
        if context.resilient_parsing:  # while words are being completed
            return value
        if value is None and not self.required:
            return self.callback and self.callback(context, self, None)
        with _said_plainly():
            return super().process_value(context, value)

    @override
    def display_type(self, ctx: object) -> str:
        return kind_of_value(super().display_type(cast("typer.Context", ctx)))


class _Argument(TyperArgument):
    @override
    def process_value(self, ctx: object, value: object) -> object:
        context = cast("typer.Context", ctx)
        if context.resilient_parsing:  # while words are being completed
            return value
        if value is None and not self.required:
            return self.callback and self.callback(context, self, None)
        with _said_plainly():
            return super().process_value(context, value)

    @override
    def display_type(self, ctx: object) -> str:
        shown = kind_of_value(super().display_type(cast("typer.Context", ctx)))
        return shown if "|" in shown else ""  # Else its name says it.

    @property
    @override
    def display_name_raw(self) -> str:
        return super().display_name_raw.upper()

    @override
    def _usage_display_name(self) -> str:
        return self.display_name_raw if self.required else f"[{self.display_name_raw}]"


@contextmanager
def _placed_rightly(context: typer.Context) -> Iterator[None]:
    """Say where an option belongs that is refused because it is `bus`'s own."""
    try:
        yield
    except Exception as error:
        root = context.find_root()
        own = {name for option in root.command.params for name in option.opts}
        if (option := getattr(error, "option_name", None)) in own:
            words = context.command_path.split()
            after = " ".join(words[1:])
            raise typer.BadParameter(
                f"it stands before the command: {words[0]} {option} … {after}",
                param_hint=str(option),
            ) from None
        raise


class _Command(TyperCommand):
    @override
    def get_help_option_names(self, ctx: object) -> list[str]:
        return HELP_NAMES  # whoever asks first, with the root above or without

    @override
    def parse_args(self, ctx: object, args: list[str]) -> list[str]:
        context = cast("typer.Context", ctx)
        _quicken_all(self.get_params(context))
        with _placed_rightly(context):
            return super().parse_args(context, args)

    @override
    def get_short_help_str(self, limit: int = 45) -> str:
        return first_sentence(self.help or "")  # Whole: what is long is wrapped.


class _Group(TyperGroup):
    @override
    def get_help_option_names(self, ctx: object) -> list[str]:
        return HELP_NAMES  # whoever asks first, with the root above or without

    @override
    def parse_args(self, ctx: object, args: list[str]) -> list[str]:
        context = cast("typer.Context", ctx)
        _quicken_all(self.get_params(context))
        return super().parse_args(context, args)


def _quicken_all(parameters: Iterable[object]) -> None:
    for parameter in parameters:
        if type(parameter) is TyperOption:
            parameter.__class__ = _Option
        elif type(parameter) is TyperArgument:
            parameter.__class__ = _Argument


def lazy_group(package: str, helps: Mapping[str, str]) -> type[TyperGroup]:
    """The class of a group: the names of a package's modules, and their help.

    It lists and completes them without importing one.
    """
    shown = {name: TyperCommand(name, help=text) for name, text in helps.items()}

    class LazyGroup(_Group):
        """Shows what it knows; what is used it imports."""

        @override
        def make_context(self, *args: object, **kwargs: object) -> typer.Context:
            with _laid_out():
                made = super().make_context(*args, **kwargs)  # type: ignore[arg-type]
            return cast("typer.Context", made)

        @override
        def invoke(self, ctx: object) -> object:
            with _laid_out():
                return super().invoke(cast("typer.Context", ctx))

        @override
        def list_commands(self, ctx: object) -> list[str]:
            self.commands.update(shown)
            return list(shown)

        @override
        def resolve_command(
            self, ctx: object, args: list[str]
        ) -> tuple[str | None, TyperCommand | TyperGroup | None, list[str]]:
            self.commands.update(shown)
            context = cast("typer.Context", ctx)
            name, found, rest = super().resolve_command(context, args)
            # Not found is no error while words are being completed.
            known = command_of(package, str(found.name)) if found else None
            return name, known, rest

    return LazyGroup


@cache
def command_of(package: str, name: str) -> TyperCommand | TyperGroup:
    """The command or group that a module's `app` is, imported now."""
    app: typer.Typer = import_module(f"{package}.{name}").app
    tidy(app)
    only = [command.name for command in app.registered_commands]
    holder = typer.Typer(add_completion=False, rich_markup_mode=None)
    # One command of that name is the command itself, else `app` is a group.
    holder.add_typer(app, name=None if only == [name] else name)
    found = typer.main.get_group(holder).commands[name]
    if not isinstance(found, TyperCommand | TyperGroup):
        raise TypeError(f"{package}.{name}.app is no command")
    _quicken(found)
    return found


def _quicken(command: object) -> None:
    """Let a command, and those below, convert only what was given.

    Typer converts the rest as well, and imports pydantic for it, which takes longer
    than all else that `--help` does.
    """
    if isinstance(command, TyperGroup):
        command.__class__ = _Group
        for inner in command.commands.values():
            _quicken(inner)
    elif isinstance(command, TyperCommand):
        command.__class__ = _Command
