"""The command line: parse, call, show, return the exit code. Nothing is decided here.

Everything but click is imported where it is used: `judge list` has to be there at once.
"""

from __future__ import annotations

from collections.abc import Sequence

import click

from judge import __version__
from judge.cli import authoring, classroom, publishing, reporting, student
from judge.cli.group import Group, Stopped
from judge.errors import EXIT_PASSED

_COMMANDS = (
    *(student.list_, student.status, student.show, student.prompt, student.start, student.check),
    *(student.watch, student.hint, student.reset, student.solution),
    *(classroom.grade, reporting.report),
    *(publishing.export, publishing.release, publishing.gradescope),
    *(authoring.new, authoring.build, authoring.validate, authoring.schema, authoring.doctor),
)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code. Raises what the command raises."""
    try:
        code = judge.main(arguments, "judge", standalone_mode=False)
    except Stopped as stopped:
        raise stopped.stop from None
    except click.Abort:  # what click makes of Ctrl-C before the command has begun
        raise KeyboardInterrupt from None
    except SystemExit:  # click's own: the pipe closed while it printed its help
        raise BrokenPipeError from None
    except click.ClickException as error:
        error.show()
        return error.exit_code
    return code or EXIT_PASSED


@click.group(
    cls=Group,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, message="judge %(version)s")
@click.pass_context
def judge(ctx: click.Context) -> None:
    """Challenges in deep learning, checked by hidden tests.

    \b
    judge list                   what there is, and how far you are
    judge show softmax           what a challenge asks
    judge start softmax          put its notebook here
    judge check softmax          check your work: softmax.ipynb or softmax.py
    judge watch softmax          check it again at each save
    judge hint softmax           a nudge, one step at a time

    Exit codes of `judge check`: 0 passed, 1 not passed, 2 your mistake or refused, 3 the judge's
    own fault.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


for command in _COMMANDS:
    judge.add_command(command)
