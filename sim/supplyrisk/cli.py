"""The command line: a table of subcommands, each imported only when it is called.

A new subcommand is a module in `sim/supplyrisk/commands/` that holds a click command called `command`, and one
row in `COMMANDS` (a checkout has more in `tools/`). The one-line help stands here so that `supplyrisk --help` imports nothing else.
"""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Iterator
from typing import Any

import click

COMMANDS: dict[str, tuple[str, str]] = {
    "run": ("run", "Run a scenario: tables, figures and a report of what happens to prices and users."),
    "study": (
        "study",
        "Run a study: a sweep, every supplier stopping in turn, a break-even; many scenarios on the same draws.",
    ),
    "resume": ("resume", "Finish a batch that was interrupted."),
    "merge": ("merge", "Join the shards of a batch."),
    "cluster": ("cluster", "Start a scheduler or workers for `run --cluster`."),
    "report": ("report", "Write the report of a run folder again: page, figures, workbook."),
    "plot": ("plot", "Draw figures of a run folder again; --list explains each."),
    "compare": ("compare", "Set run folders, or the policies of one, side by side on one page."),
    "forecast": ("forecast", "Revise a scenario's forecast by the months that have been seen."),
    "grade": ("grade", "Show the register of forecasts, and how they did."),
    "backtest": ("backtest", "Hold the model against past episodes: targets hit, scores, a page."),
    "calibrate": ("calibrate", "Fit the model's own error to past episodes."),
    "workbench": ("workbench", "Open the workbench in the browser: change a number, see the crisis change."),
    "scenarios": ("scenarios", "List the scenarios that come with the program."),
    "new": ("new", "Copy a shipped scenario, to change it."),
    "check": ("check", "List every problem of scenario files at once, with file:line:col."),
    "explain": ("explain", "Tell in plain sentences what a scenario does, and where its numbers come from."),
    "schema": ("schema", "Print the JSON Schema of scenario files, for editors."),
    "world": ("world", "Show a world: products, countries and their shares."),
    "new-world": ("new_world", "Write the commented skeleton of a new world."),
}


@contextlib.contextmanager
def terminable() -> Iterator[None]:
    """A batch system's request to end (SIGTERM) is taken like Ctrl-C: what is finished is kept, workers end."""
    import signal
    import threading

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


class LazyGroup(click.Group):
    """A group that imports a subcommand's module when the subcommand is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        place = COMMANDS[name][0]
        module = importlib.import_module(place if "." in place else f"{__package__}.commands.{place}")
        command = module.command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        import difflib

        name = args[0] if args else ""
        if name and not name.startswith("-") and name not in COMMANDS:
            close = difflib.get_close_matches(name, COMMANDS, n=1)
            hint = f"; did you mean {close[0]}" if close else f"; there are {', '.join(COMMANDS)}"
            ctx.fail(f"no such command: {name}{hint}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        import errno

        from .errors import INTERRUPTED, MACHINE, SupplyriskError

        try:
            with terminable():
                return super().invoke(ctx)
        except SupplyriskError as error:  # plain lines, never a traceback, never wrapped
            click.echo(str(error), err=True)
            ctx.exit(error.exit_code)
        except KeyboardInterrupt as error:
            click.echo(str(error) or "interrupted", err=True)
            ctx.exit(INTERRUPTED)
        except OSError as error:
            if error.errno == errno.EPIPE or error.errno is None:
                raise
            where = f"{error.filename}: " if error.filename else ""
            click.echo(f"{where}{error.strerror}", err=True)
            ctx.exit(MACHINE)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


def _show_version(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from . import __version__

        click.echo(f"supplyrisk {__version__}")
        ctx.exit()


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_show_version, help="Print the version."
)
def main() -> None:
    """What happens to prices and users when a critical mineral's supply is squeezed."""


if __name__ == "__main__":
    main()
