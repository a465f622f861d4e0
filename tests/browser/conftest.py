"""One browser and one server for each front end, started when the first test asks for them."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.driver import LabServer, Notebook, find_chromium, launch, opened_page

HOW_TO_GET_IT = (
    "The tests in a real browser need Chromium: on Debian or Ubuntu `sudo apt install chromium`, elsewhere "
    "install Chromium or Chrome, or set CHROMIUM to the path of one."
)


# The scope is the package: playwright keeps an event loop in the thread, which later tests must not meet.
@pytest.fixture(scope="package")
def browser():
    if find_chromium() is None:
        refuse = pytest.fail if os.environ.get("VIZWIDGETS_REQUIRE_BROWSER") == "1" else pytest.skip
        refuse(HOW_TO_GET_IT)
    with sync_playwright() as running:
        chromium = launch(running)
        yield chromium
        chromium.close()


@pytest.fixture(scope="package", params=["lab", "notebook"])
def server(request, browser, tmp_path_factory) -> Iterator[LabServer]:
    with LabServer(tmp_path_factory.mktemp(request.param), request.param) as running:
        yield running


@pytest.fixture(scope="module")
def open_for_all(server, browser) -> Iterator[Callable[[str], Notebook]]:
    """Open a notebook in a page that serves all tests of a module: to start a kernel takes long."""
    with contextlib.ExitStack() as at_the_end:

        def opened(path: str) -> Notebook:
            notebook = Notebook.open(server, at_the_end.enter_context(opened_page(browser)), path)
            at_the_end.callback(notebook.end_kernel)
            return notebook

        yield opened


@pytest.fixture
def open_notebook(server, browser) -> Iterator[Callable[[str], Notebook]]:
    """Open a notebook of the server's folder, in a page and with a kernel that end with the test."""
    with opened_page(browser) as page:
        opened: list[Notebook] = []
        yield lambda path: opened.append(Notebook.open(server, page, path)) or opened[-1]
        for notebook in opened:
            notebook.end_kernel()
