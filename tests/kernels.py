"""A real kernel for tests: cells in, outputs out, as a front end sees them."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import psutil
from nbclient import NotebookClient

PATIENCE = 60.0  # seconds; only reached when something is broken


class Kernel:
    """A running kernel with a growing notebook."""

    def __init__(self, client: NotebookClient) -> None:
        self.client = client

    def outputs(self, source: str) -> list[Any]:
        """Run a cell; its outputs. An exception in it is an output as well."""
        cell = nbformat.v4.new_code_cell(source)
        self.client.nb.cells.append(cell)
        self.client.execute_cell(cell, len(self.client.nb.cells) - 1, store_history=True)
        return list(cell.outputs)

    def run(self, source: str) -> str:
        """Run a cell; all its plain text, an exception by its name."""
        return "\n".join(_text(output) for output in self.outputs(source))

    @property
    def pid(self) -> int:
        return int(self.client.km.provisioner.pid)

    def interrupt(self) -> None:
        self.client.km.provisioner.process.send_signal(2)

    def kill(self) -> None:
        """Kill the kernel as the system would, without a chance to tidy up."""
        psutil.Process(self.pid).kill()


@contextlib.contextmanager
def kernel(folder: Path) -> Iterator[Kernel]:
    """A kernel that runs in `folder`; dead at the end."""
    notebook = nbformat.v4.new_notebook(cells=[])
    client = NotebookClient(
        notebook, timeout=120, allow_errors=True, resources={"metadata": {"path": str(folder)}}
    )
    with client.setup_kernel():
        yield Kernel(client)


def services_of(pid: int) -> list[psutil.Process]:
    """The service processes that serve the kernel `pid`, running or orphaned."""
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if any(part.endswith("judge/service.py") for part in process.info["cmdline"] or [])
        and str(pid) in process.info["cmdline"]
    ]


def family(process: psutil.Process) -> list[psutil.Process]:
    """A process and all that descend from it."""
    return [process, *process.children(recursive=True)]


def wait_until(holds: Callable[[], bool]) -> bool:
    """Look again and again until `holds` does; False when patience ends."""
    tick = threading.Event()
    for _ in range(int(PATIENCE / 0.05)):
        if holds():
            return True
        tick.wait(0.05)
    return False


def _text(output: Any) -> str:
    if output.output_type == "stream":
        return str(output.text)
    if output.output_type == "error":
        return str(output.ename)
    return str(output.data.get("text/plain", ""))
