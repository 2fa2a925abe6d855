"""A JupyterLab of a test's own, and a notebook in it, used as a person would."""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.browser.chromium import picture
from tests.kernels import wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

PATIENCE = 60_000  # milliseconds; only reached when something is broken
SIZE = {"width": 1000, "height": 1100}
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
_SETTINGS: dict[str, dict[str, object]] = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    # By default cells out of view are not laid out, and nothing of them can be measured.
    "notebook-extension/tracker": {"windowingMode": "none"},
}
_OPTIONS = (
    *("--no-browser", "--ServerApp.ip=127.0.0.1", "--ServerApp.port=0", "--allow-root"),
    *("--LabApp.extension_manager=readonly", "--LabApp.news_url="),
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
)


@dataclass(frozen=True)
class Server:
    """A running JupyterLab."""

    url: str
    token: str
    settings: Path

    def address(self, notebook: str) -> str:
        """The page that shows a notebook, in a workspace without a past."""
        return f"{self.url}lab/tree/{notebook}?token={self.token}&reset"

    def choose(self, theme: str) -> None:
        """The theme of the pages opened from now on: light or dark."""
        _write(self.settings, "apputils-extension/themes", {"theme": THEMES[theme]})


@contextlib.contextmanager
def jupyterlab(home: Path, work: Path) -> Iterator[Server]:
    """A server that shows the folder `work`, with all else that it keeps below `home`."""
    settings, runtime = home / "settings", home / "runtime"
    for name, values in _SETTINGS.items():
        _write(settings, name, values)
    token = secrets.token_hex(16)
    started = [sys.executable, "-m", "jupyterlab", *_OPTIONS]
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            [*started, f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={work}"],
            env=_environment(home),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        yield Server(_url(process, runtime), token, settings)
    finally:
        process.terminate()
        process.wait(timeout=30)


def _environment(home: Path) -> dict[str, str]:
    """Nothing of the user's is read or written."""
    folders = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "IPYTHONDIR": "ipython",
        "JUDGE_DATA": "judge",
    }
    return dict(os.environ) | {name: str(home / folder) for name, folder in folders.items()}


def _url(process: subprocess.Popen[bytes], runtime: Path) -> str:
    """Where the server listens; it writes that down when it is ready."""
    info = runtime / f"jpserver-{process.pid}.json"

    def told() -> bool:
        if process.poll() is not None:
            raise RuntimeError(f"JupyterLab ended; see {runtime.parent / 'log'}")
        return info.exists() and info.read_text(encoding="utf-8").endswith("}")

    assert wait_until(told), "JupyterLab does not start"
    return str(json.loads(info.read_text(encoding="utf-8"))["url"])


def _write(settings: Path, name: str, values: dict[str, object]) -> None:
    file = settings / "@jupyterlab" / f"{name}.jupyterlab-settings"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(values), encoding="utf-8")


class Notebook:
    """A notebook on a page of JupyterLab."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.panel = page.locator(".jp-NotebookPanel:visible")

    @property
    def reports(self) -> Locator:
        """All that is shown as HTML below cells."""
        return self.panel.locator(".jp-OutputArea-output.jp-RenderedHTMLCommon")

    @property
    def report(self) -> Locator:
        """The last of them: what check() shows."""
        return self.reports.last

    def heading(self, verdict: str) -> Locator:
        """The heading of a report with this verdict."""
        return self.report.get_by_role("heading", name=verdict)

    def shows(self, wanted: Locator) -> bool:
        """Whether it appears within half the patience."""
        from playwright.sync_api import TimeoutError as Late

        try:
            wanted.wait_for(timeout=PATIENCE / 2)
        except Late:
            return False
        return True

    def shoot(self, target: Path, report: Locator | None = None) -> None:
        """A picture of a whole report, on a page long enough for it."""
        report = report or self.report
        height = int(report.evaluate("node => node.scrollHeight")) + 400
        self.page.set_viewport_size({"width": SIZE["width"], "height": height})
        report.screenshot(path=target, animations="disabled")
        self.page.set_viewport_size({"width": SIZE["width"], "height": SIZE["height"]})

    def wait_for_kernel(self) -> None:
        """Wait until there is a kernel, with nothing to do."""
        self.page.locator("#jp-main-statusbar").get_by_text("| Idle").wait_for()

    def replace(self, found: str, source: str) -> None:
        """Paste `source` over the code cell that holds `found`."""
        cell = self.panel.locator(".jp-CodeCell").filter(has_text=found).first
        cell.scroll_into_view_if_needed()
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Control+a")
        self.page.evaluate("text => navigator.clipboard.writeText(text)", source)
        self.page.keyboard.press("Control+v")
        last = source.rstrip().splitlines()[-1].strip()
        self.panel.locator(".jp-CodeCell").filter(has_text=last).first.wait_for()

    def menu(self, name: str, item: str) -> None:
        """Choose an item of a menu."""
        self.page.get_by_role("menubar").get_by_role("menuitem", name=name, exact=True).click()
        self.page.get_by_role("menuitem", name=re.compile(f"^{item}")).first.click()

    def save(self, file: Path) -> None:
        """Ctrl+S, and wait until the whole file is another."""
        before = file.read_text(encoding="utf-8")

        def written() -> bool:
            text = file.read_text(encoding="utf-8")
            return text != before and text.endswith("}\n")

        self.page.keyboard.press("Control+s")
        assert wait_until(written), "the notebook is not saved"


@contextlib.contextmanager
def opened(browser: Browser, server: Server, name: str, theme: str = "light") -> Iterator[Notebook]:
    """A notebook in a browser that knows nothing of earlier ones."""
    server.choose(theme)
    context = browser.new_context(viewport=SIZE)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(server.address(name))
    notebook = Notebook(page)
    notebook.panel.wait_for()
    try:
        notebook.wait_for_kernel()
        yield notebook
    except Exception:
        page.screenshot(path=picture(f"in_trouble_{Path(name).stem}"))
        raise
    finally:
        context.close()
