"""Drive JupyterLab and Notebook 7 in a real browser, from Python.

    with LabServer(folder, app="lab") as server:
        notebook = Notebook.open(server, page, "lesson.ipynb")
        notebook.run_all()
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import nbformat
from playwright.sync_api import Browser, Locator, Page, Playwright, ViewportSize

# As root in a container Chromium has no sandbox; it should look for no updates and call nobody.
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
APPS = {"lab": ("jupyterlab", "LabApp"), "notebook": ("notebook", "JupyterNotebookApp")}
NO_NEWS = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}
START_SECONDS = 180.0  # on a machine that has much to do besides
WINDOW: ViewportSize = {"width": 1300, "height": 1000}
KERNEL = "window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel"


def find_chromium() -> str | None:
    """Return the path of Chromium or Chrome: the variable CHROMIUM, or the first one on the PATH."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


def launch(playwright: Playwright) -> Browser:
    """Start a headless Chromium with an empty profile."""
    return playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_FLAGS)


class LabServer:
    """A Jupyter server with its own port, token, settings and kernels, that leaves nothing behind.

    Parameters
    ----------
    root : Path
        The folder that it serves.
    app : str
        "lab" for JupyterLab or "notebook" for Notebook 7.
    settings : dict, optional
        User settings by plug-in, for example ``{"@jupyterlab/apputils-extension:themes": {"theme": ...}}``.
    """

    def __init__(self, root: Path, app: str = "lab", settings: dict[str, dict] | None = None):
        self.root, self.app, self.token = Path(root), app, secrets.token_hex(16)
        self._home = Path(tempfile.mkdtemp(prefix="jupyter-home-"))
        self._log = self._home / "server.log"
        self.write_settings({**NO_NEWS, **(settings or {})})

    def __enter__(self) -> LabServer:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                self._command(), env=self._environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        try:
            self._wait_until_ready()
        except BaseException:  # `with` ends only what has begun
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        # A kernel is in a process group of its own and would outlive the server.
        with contextlib.suppress(OSError):
            for kernel in self.api("GET", "kernels"):
                self.api("DELETE", f"kernels/{kernel['id']}")
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self._home, ignore_errors=True)

    def write_settings(self, settings: dict[str, dict]) -> None:
        """Store user settings; a page opened from now on follows them."""
        for plugin, values in settings.items():
            path = self._home / "settings" / f"{plugin.replace(':', '/')}.jupyterlab-settings"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(values))

    def url(self, path: str, **query: str) -> str:
        """Return the address of `path`, token included."""
        words = urllib.parse.urlencode({"token": self.token, **query})
        return f"http://127.0.0.1:{self.port}/{urllib.parse.quote(path)}?{words}"

    def api(self, method: str, path: str) -> list | dict:
        """Call the server's REST interface."""
        request = urllib.request.Request(self.url(f"api/{path}"), method=method)
        with urllib.request.urlopen(request, timeout=15) as answer:
            return json.loads(answer.read() or b"{}")

    def _command(self) -> list[str]:
        module, app_class = APPS[self.app]
        options = {
            "ServerApp.ip": "127.0.0.1",
            "ServerApp.port": self.port,
            "ServerApp.port_retries": 0,
            "ServerApp.root_dir": self.root,
            "ServerApp.disable_check_xsrf": True,
            "IdentityProvider.token": self.token,
            # window.jupyterapp: commands and kernels can be reached from the page
            f"{app_class}.expose_app_in_browser": True,
        }
        words = [f"--{name}={value}" for name, value in options.items()]
        return [sys.executable, "-m", module, "--no-browser", "--allow-root", *words]

    def _environment(self) -> dict[str, str]:
        folders = {
            "JUPYTER_CONFIG_DIR": "config",
            "JUPYTER_RUNTIME_DIR": "runtime",
            "JUPYTER_DATA_DIR": "data",
            "IPYTHONDIR": "ipython",
            "JUPYTERLAB_SETTINGS_DIR": "settings",
            "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
            "VIZWIDGETS_PROGRESS": "progress",
        }
        return {**os.environ, **{name: str(self._home / folder) for name, folder in folders.items()}}

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(OSError):
                self.api("GET", "status")
                return
            time.sleep(0.2)
        raise RuntimeError(f"{self.app} did not start:\n{self._log.read_text()[-3000:]}")


class Notebook:
    """One notebook in one page of the browser.

    ``errors`` collects what the page complains about, in the words of the browser.
    """

    def __init__(self, server: LabServer, page: Page, path: str):
        self.server, self.page, self.path = server, page, path
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)

    @classmethod
    def open(cls, server: LabServer, page: Page, path: str) -> Notebook:
        """Open the notebook and wait until its kernel is idle."""
        notebook = cls(server, page, path)
        notebook.load()
        return notebook

    def load(self) -> None:
        """Go to the notebook's address; called again, this is a reload that keeps the kernel."""
        # doc/tree shows one document without the tabs of an earlier visit
        folder, query = ("doc/tree", {"reset": ""}) if self.server.app == "lab" else ("notebooks", {})
        self.page.goto(self.server.url(f"{folder}/{self.path}", **query))
        self.wait_for("window.jupyterapp !== undefined", timeout=90)
        self.page.evaluate("() => window.jupyterapp.restored")
        self.wait_for("window.jupyterapp.shell.currentWidget?.context?.isReady", timeout=90)
        self.wait_for(f"{KERNEL}?.connectionStatus === 'connected'", timeout=90)
        self.wait_until_idle(timeout=90)

    def wait_for(self, condition: str, timeout: float = 20.0) -> None:
        """Wait until a JavaScript expression is true."""
        self.page.wait_for_function(f"() => Boolean({condition})", timeout=1000 * timeout)

    def wait_until_idle(self, timeout: float = 60.0) -> None:
        """Wait until the kernel has nothing to do."""
        self.wait_for(f"{KERNEL}?.status === 'idle'", timeout)

    def command(self, name: str, **arguments: str) -> None:
        """Run a command of the front end, for example "docmanager:save", and wait for its end."""
        run = "([name, words]) => window.jupyterapp.commands.execute(name, words).then(() => null)"
        self.page.evaluate(run, [name, arguments])

    def run_all(self) -> None:
        """Run every cell and wait for the last one; fail with the words of a cell that failed."""
        self.command("notebook:run-all-cells")
        self._expect_no_failure()

    def begin_anew(self) -> None:
        """Run every cell once more, in a window of the usual size, and forget what went wrong before."""
        self.page.set_viewport_size(WINDOW)
        self.errors.clear()
        self.run_all()

    def run_up_to(self, text: str) -> None:
        """Run the cells above the first one that contains `text`, and that one."""
        self.select_cell(text)
        self.command("notebook:run-all-above")
        self.run_cell(text)
        self._expect_no_failure()

    def _expect_no_failure(self) -> None:
        self.wait_until_idle()
        failures = self.page.evaluate(
            """() => window.jupyterapp.shell.currentWidget.model.sharedModel.cells
                .flatMap(cell => cell.outputs ?? []).filter(output => output.output_type === 'error')
                .map(({ename, evalue}) => `${ename}: ${evalue}`)"""
        )
        assert failures == []

    def select_cell(self, text: str) -> None:
        """Make the first cell that contains `text` the active one, in command mode."""
        self.page.evaluate(
            """text => {
                const content = window.jupyterapp.shell.currentWidget.content;
                content.activeCellIndex = content.widgets.findIndex(
                    cell => cell.model.sharedModel.getSource().includes(text));
                content.mode = 'command';
            }""",
            text,
        )

    def run_cell(self, text: str) -> None:
        """Run the first cell that contains `text` and wait for its end."""
        self.select_cell(text)
        self.command("notebook:run-cell")
        self.wait_until_idle()

    def kernel(self, verb: str) -> None:
        """Interrupt or restart the kernel: "interrupt", "restart"."""
        self.page.evaluate(f"() => {KERNEL}.{verb}()")

    def end_kernel(self) -> None:
        """End the kernel; a notebook that is opened again gets a new one."""
        for session in self.server.api("GET", "sessions"):
            if session["path"] == self.path:
                self.server.api("DELETE", f"sessions/{session['id']}")

    def execute(self, code: str) -> str:
        """Run code in the notebook's kernel, beside the cells, and return what it printed."""
        return self.page.evaluate(
            """async code => {
                const future = KERNEL.requestExecute({code, store_history: false, stop_on_error: false});
                let printed = '';
                future.onIOPub = ({content}) => {
                    printed += content.text ?? (content.ename ? `${content.ename}: ${content.evalue}` : '');
                };
                await future.done;
                return printed.trim();
            }""".replace("KERNEL", KERNEL),
            code,
        )

    def wait_for_kernel(self, expression: str, timeout: float = 20.0) -> None:
        """Wait until a Python expression is true in the kernel."""
        deadline = time.monotonic() + timeout
        while (answer := self.execute(f"print(bool({expression}))")) != "True":
            assert time.monotonic() < deadline, f"{expression} stayed {answer} for {timeout} s"
            time.sleep(0.1)


def canvas_hash(canvas: Locator) -> str:
    """Return a hash of what is drawn: unlike a screenshot it knows no fonts, scrolling and smoothing."""
    return hashlib.sha256(canvas.evaluate("canvas => canvas.toDataURL()").encode()).hexdigest()


def write_notebook(path: Path, cells: list[str]) -> None:
    """Write a notebook of code cells."""
    python = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": python})
    notebook.cells = [nbformat.v4.new_code_cell(source) for source in cells]
    nbformat.write(notebook, path)


@contextlib.contextmanager
def opened_page(
    browser: Browser, width: int = WINDOW["width"], height: int = WINDOW["height"]
) -> Iterator[Page]:
    """Yield a page without cookies and history."""
    context = browser.new_context(viewport={"width": width, "height": height})
    try:
        yield context.new_page()
    finally:
        context.close()
