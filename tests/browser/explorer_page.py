"""An explorer as the student sees it: its buttons, sliders and pictures on the page."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, expect

from tests.browser.driver import Notebook, canvas_hash

# ipywidgets' own table of living widgets: finds explorers that a lesson gave no name
FIND = """
from ipywidgets.widgets.widget import _instances
_explorers = [each for each in _instances.values() if type(each).__name__ == "AscentExplorer"]
"""


class ExplorerPage:
    """The explorer at a place of the page, counted from 0."""

    def __init__(self, notebook: Notebook, place: int = 0):
        self.notebook = notebook
        self.root = notebook.page.locator(".vw-root").nth(place)
        self.canvas = self.root.locator(".vw-canvas")
        self.plot = self.root.locator(".vw-plot")
        self.status = self.root.get_by_role("status")
        expect(self.canvas).to_be_visible(timeout=30_000)
        expect(self.status).to_be_visible(timeout=30_000)

    def button(self, name: str) -> Locator:
        # the icon's glyph counts as a part of the name
        return self.root.get_by_role("button", name=re.compile(rf"^\W*{name}$"))

    def press(self, name: str) -> None:
        self.button(name).click()

    def slider(self, name: str) -> Locator:
        return self.root.get_by_role("slider", name=name, exact=True)

    def press_key(self, slider: str, key: str) -> None:
        self.slider(slider).press(key)

    @property
    def step(self) -> int:
        return int(self.canvas.get_attribute("data-step"))

    @property
    def picture(self) -> str:
        return canvas_hash(self.canvas)

    @property
    def curves(self) -> str:
        return canvas_hash(self.plot)

    def expect_state(self, state: str) -> None:
        expect(self.status).to_contain_text(re.compile(rf"\b{state}\b"), timeout=20_000)

    def expect_step(self, step: int) -> None:
        expect(self.canvas).to_have_attribute("data-step", str(step), timeout=20_000)

    def expect_step_after(self, step: int) -> None:
        handle = self.canvas.element_handle()
        self.notebook.page.wait_for_function(
            "([canvas, step]) => +canvas.dataset.step > step", arg=[handle, step], timeout=30_000
        )

    def kernel(self, expression: str) -> str:
        """Return a Python expression about `_explorers`, the newest last, as the kernel prints it."""
        return self.notebook.execute(f"{FIND}print({expression})")

    def wait_for_kernel(self, expression: str) -> None:
        """Wait until a Python expression about `_explorers` is true."""
        self.notebook.execute(FIND)
        self.notebook.wait_for_kernel(expression)

    def pause(self) -> None:
        """Hold the run, and wait for the picture that stays."""
        self.press("Pause")
        self.expect_state("paused")
        self._settle()

    def stop(self) -> None:
        """End the run, and wait for the picture that stays."""
        self.press("Stop")
        self.expect_state("stopped")
        self._settle()

    def _settle(self) -> None:
        """Wait for the step that was in flight, and until it is drawn."""
        assert self.kernel("_explorers[-1].run.wait(30)") == "True"
        self.expect_step(int(self.kernel("_explorers[-1].run.num_taken")))
