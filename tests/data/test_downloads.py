"""Large downloads go on where they stopped, and only the right bytes are kept."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from vizwidgets.data import artifacts, downloads
from vizwidgets.data.artifacts import ArtifactError, fetch, is_present
from vizwidgets.data.catalogue import Artifact
from vizwidgets.data.downloads import fetch_download
from vizwidgets.data.pins import Download

CONTENT = bytes(range(256)) * 4096  # 1 MiB
FIRST_PART = 5 * downloads.PIECE


class Handler(BaseHTTPRequestHandler):
    """Serves CONTENT; the server's attributes say how badly."""

    def do_GET(self):
        asked = self.headers.get("Range", "bytes=0-")
        self.server.asked.append(asked)
        start = int(asked.removeprefix("bytes=").rstrip("-")) if self.server.has_ranges else 0
        content = self.server.content
        self.send_response(206 if self.server.has_ranges else 200)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        breaks_off = self.server.breaks and self.server.breaks.pop()
        self.wfile.write(content[start : start + FIRST_PART] if breaks_off else content[start:])
        if breaks_off and self.server.hangs:
            self.wfile.flush()
            time.sleep(self.server.hangs)

    def log_message(self, *_):
        pass


@pytest.fixture
def server(monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.asked, server.breaks, server.content = [], [], CONTENT
        server.has_ranges, server.hangs = True, 0
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def download(server):
    sha256 = hashlib.sha256(CONTENT).hexdigest()
    return Download(f"http://127.0.0.1:{server.server_port}/toy.pth", "toy.pth", len(CONTENT), sha256)


def test_a_download_is_whole_and_leaves_no_part(server, download, tmp_path):
    path = fetch_download(download, tmp_path / "new")
    assert path.read_bytes() == CONTENT
    assert [file.name for file in path.parent.iterdir()] == ["toy.pth"]
    fetch_download(download, tmp_path / "new")
    assert len(server.asked) == 1


def test_when_the_connection_breaks_only_the_rest_is_asked_for(server, download, tmp_path):
    server.breaks = [True]
    assert fetch_download(download, tmp_path).read_bytes() == CONTENT
    assert server.asked == ["bytes=0-", f"bytes={FIRST_PART}-"]


def test_a_part_of_an_earlier_process_is_continued(server, download, tmp_path):
    (tmp_path / "toy.pth.part").write_bytes(CONTENT[:1000])
    assert fetch_download(download, tmp_path).read_bytes() == CONTENT
    assert server.asked == ["bytes=1000-"]


def test_a_part_that_is_already_whole_needs_no_request(server, download, tmp_path):
    (tmp_path / "toy.pth.part").write_bytes(CONTENT)
    assert fetch_download(download, tmp_path).read_bytes() == CONTENT
    assert server.asked == []


def test_a_server_without_ranges_makes_the_download_begin_anew(server, download, tmp_path):
    server.has_ranges, server.breaks = False, [True]
    assert fetch_download(download, tmp_path).read_bytes() == CONTENT
    assert len(server.asked) == 2


@pytest.mark.parametrize("content", [CONTENT[:-1] + b"?", CONTENT + b"more"])
def test_other_bytes_are_refused_and_not_kept(server, download, tmp_path, content):
    server.content = content
    with pytest.raises(ArtifactError, match="expected was"):
        fetch_download(download, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_keeps_breaking_off_is_given_up_but_its_pieces_are_kept(server, download, tmp_path):
    server.breaks = [True] * 3
    server.content = CONTENT[: 3 * FIRST_PART]
    with pytest.raises(ArtifactError, match="could not be downloaded"):
        fetch_download(download, tmp_path)
    assert (tmp_path / "toy.pth.part").stat().st_size == 3 * FIRST_PART


def test_an_address_that_does_not_answer_is_named_together_with_the_command(monkeypatch, cache, tmp_path):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    nowhere = Download("http://127.0.0.1:9/big.pth", "big.pth", 10, "0" * 64)
    big = Artifact("big", "big.pth", "class images", "BSD", (nowhere,), is_large=True)
    monkeypatch.setitem(artifacts.ARTIFACTS, "big", big)
    with pytest.raises(ArtifactError) as caught:
        fetch("big")
    for part in ("big.pth", "class images", "127.0.0.1:9", "fetch_weights.py --full", str(cache)):
        assert part in str(caught.value)


def test_torch_hubs_copy_is_used_if_its_hash_is_right(monkeypatch, cache, server, download, tmp_path):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    big = Artifact("big", download.file_name, "class images", "BSD", (download,), is_large=True)
    monkeypatch.setitem(artifacts.ARTIFACTS, "big", big)
    copy = tmp_path / "torch" / "hub" / "checkpoints" / download.file_name
    copy.parent.mkdir(parents=True)
    copy.write_bytes(CONTENT)
    assert is_present("big")
    assert fetch("big") == copy and server.asked == []
    copy.write_bytes(b"?" + CONTENT[1:])
    assert fetch("big") == cache / "toy.pth" and len(server.asked) == 1


KILLED = """
import sys, pathlib
from vizwidgets.data import downloads, pins
downloads.PIECE = 1000
toy = pins.Download(*sys.argv[1:3], int(sys.argv[3]), sys.argv[4])
downloads.fetch_download(toy, pathlib.Path(sys.argv[5]))
"""


def test_after_a_kill_the_next_process_goes_on_from_the_part(server, download, tmp_path):
    server.breaks, server.hangs = [True], 3
    words = [download.url, download.file_name, str(download.size), download.sha256, str(tmp_path)]
    process = subprocess.Popen([sys.executable, "-c", KILLED, *words], env=os.environ | {"PYTHONPATH": "."})
    part, deadline = tmp_path / "toy.pth.part", time.monotonic() + 60
    while not part.exists() or part.stat().st_size < FIRST_PART // 2:
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.02)
    process.kill()
    process.wait()
    kept = part.stat().st_size
    assert not (tmp_path / "toy.pth").exists()
    assert fetch_download(download, tmp_path).read_bytes() == CONTENT
    assert server.asked[-1] == f"bytes={kept}-" and kept > 0


def test_torch_hubs_folder_is_only_looked_into(monkeypatch, tmp_path, download):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "nowhere"))
    assert downloads.torch_hub_copy(download) is None
    assert not (tmp_path / "nowhere").exists()
