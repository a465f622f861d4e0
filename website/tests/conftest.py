"""The site of the lessons that this very test run has run, a server for it, and a browser."""

from __future__ import annotations

import functools
import http.server
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.driver import find_chromium, launch
from website.building import SITE, build
from website.lessons import Lesson, is_current, lessons, library_digest

REFUSE = pytest.fail if os.environ.get("VIZWIDGETS_REQUIRE_BROWSER") == "1" else pytest.skip
NO_BROWSER = "Needs Chromium: on Debian `sudo apt install chromium`, or set CHROMIUM to the path of one."


@dataclass(frozen=True)
class Site:
    """A site that was built: where it is, what its pages and its lessons were found to be."""

    folder: Path
    failed: list[str]
    warnings: str


@pytest.fixture(scope="session")
def ran() -> list[Lesson]:
    """The lessons, all of which have run."""
    library = library_digest()
    missing = [lesson.stem for lesson in lessons() if not is_current(lesson, library)]
    if missing:
        REFUSE(f"not yet run with the present library: {', '.join(missing)}. Run them, or `make site`.")
    return list(lessons())


@pytest.fixture(scope="session")
def site(ran) -> Site:
    return Site(SITE, *build(ran))


@pytest.fixture(scope="session")
def address(site) -> Iterator[str]:
    """Where a server of this computer shows the site."""
    handler = functools.partial(Quiet, directory=str(site.folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves a folder and says nothing."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


# After the lessons comes no test that an event loop in this thread could disturb.
@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if find_chromium() is None:
        REFUSE(NO_BROWSER)
    with sync_playwright() as running:
        chromium = launch(running)
        yield chromium
        chromium.close()
