"""What drives the browser tests: what a server leaves behind."""

from __future__ import annotations

import sys

import pytest

from tests.browser import driver

ASLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]


def test_a_server_that_does_not_start_leaves_neither_process_nor_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(driver, "START_SECONDS", 0.5)
    monkeypatch.setattr(driver.LabServer, "_command", lambda self: ASLEEP)
    server = driver.LabServer(tmp_path)
    with pytest.raises(RuntimeError, match="lab did not start"), server:
        pass
    assert server._process.poll() is not None
    assert not server._home.exists()
