"""How the commands hang together in click: their order, names misspelt, and what may stop them."""

from __future__ import annotations

import os
from typing import Any

import click

from judge.errors import UnknownNameError, UserError


class Stopped(Exception):  # noqa: N818  carries what click would turn into exit code 1
    """What a command was stopped by, on its way past click."""

    def __init__(self, stop: BaseException) -> None:
        super().__init__()
        self.stop = stop


class Group(click.Group):
    """The group of all commands."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of a student's way, as they were added."""
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """A name that is none gets near matches."""
        name = args[0]
        if not name.startswith("-") and self.get_command(ctx, name) is None:
            raise UnknownNameError("command", name, self.commands, "`judge --help` lists them.")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. Raises Stopped, and UserError where there is no folder to run it in."""
        try:
            os.getcwd()  # noqa: PTH109  a path is not needed
        except OSError:
            raise UserError(
                "The folder that you are in does not exist any more, or may not be read.\n"
                "Go to another one with cd, then give the command again."
            ) from None
        try:
            return super().invoke(ctx)
        except (KeyboardInterrupt, BrokenPipeError, SystemExit) as stop:
            raise Stopped(stop) from None
