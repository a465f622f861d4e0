"""What is written appears whole, and what the user has is never cleaned up."""

from __future__ import annotations

from vizwidgets.data.storage import temporary_folder, write_atomically


def test_folders_of_the_user_survive_whatever_they_are_called(cache, tmp_path):
    mine = [tmp_path / ".herd-photos", tmp_path / ".vizwidgets-tmp-herd-old", tmp_path / ".wall.png-raw"]
    for folder in mine:
        folder.mkdir()
    with temporary_folder(tmp_path, "herd") as folder:
        assert folder.parent == tmp_path and folder not in mine
    write_atomically(tmp_path / "wall.png", b"picture")
    assert (tmp_path / "wall.png").read_bytes() == b"picture"
    assert sorted(tmp_path.iterdir()) == sorted([*mine, tmp_path / "wall.png"])


def test_in_the_cache_only_what_has_exactly_this_label_is_removed(cache):
    stale, others = cache / ".vizwidgets-tmp-a[b]-1", (cache / ".a[b]-mine", cache / ".vizwidgets-tmp-ab-1")
    for folder in (stale, *others):
        folder.mkdir(parents=True)
    with temporary_folder(cache, "a[b]"):
        assert not stale.exists()
    assert all(folder.exists() for folder in others)
