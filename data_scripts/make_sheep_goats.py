"""Draw the sheep and goats of the lessons into a folder of PNG files, with a mask beside each.

    python data_scripts/make_sheep_goats.py                              400 pictures into sheep_goats/
    python data_scripts/make_sheep_goats.py --share 0.9 --seed 1         with a tenth of counter-examples
    python data_scripts/make_sheep_goats.py --size 192 --out pretty      larger

The folder appears when it is whole. `vw.photo_folder("sheep_goats")` reads it back, and your own photographs
may lie beside the drawn ones.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image
from torch import Tensor
from tqdm.auto import tqdm

from vizwidgets.data.sheep_goats import BACKGROUNDS, SheepGoats, sheep_goats

LICENCE = "MIT, as the rest of vizwidgets: drawn by its own code, no photographs used"


def main(arguments: list[str] | None = None) -> int:
    """Draw the pictures; return 0, 1 if that is not possible, or 130 if Ctrl-C ended it."""
    options = _parse(arguments)
    try:
        out = _free_place(options.out)
        with _folder_beside(out) as folder:  # before anything is drawn: it may not be possible
            data = sheep_goats(options.number, options.share, options.seed, options.size, options.background)
            _write(data, folder, _note(options))
            _rename(folder, out)
    except (OSError, ValueError) as error:
        print(f"nothing was written: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("nothing was written: it was interrupted", file=sys.stderr)
        return 130
    print(f"{len(data)} pictures of {options.size} x {options.size} pixels, with masks")
    print(f"    source   drawn with seed {options.seed}, share {options.share:g}")
    print(f"    licence  {LICENCE}")
    print(f"    folder   {out}")
    return 0


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--number", type=int, default=400, help="pictures, an even number (400)")
    parser.add_argument("--share", type=float, default=1.0, help="share with the expected background (1.0)")
    parser.add_argument("--background", nargs="+", choices=BACKGROUNDS, help="random ones of these instead")
    parser.add_argument("--seed", type=int, default=0, help="what everything is drawn from (0)")
    parser.add_argument("--size", type=int, default=64, help="height and width in pixels (64)")
    parser.add_argument("--out", default="sheep_goats", help="the folder to make (sheep_goats)")
    return parser.parse_args(arguments)


def _free_place(wanted: str) -> Path:
    out = Path(os.path.expanduser(wanted)).absolute()
    if out.is_symlink() and not out.exists():
        raise ValueError(f"{out} points to {os.readlink(out)}, which is not there; name another with --out.")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ValueError(f"{out} is there already; remove it, or name another folder with --out.")
    return out.resolve()


@contextlib.contextmanager
def _folder_beside(out: Path) -> Iterator[Path]:
    """Give a hidden folder beside `out`; it is removed afterwards, and nothing else is."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        hidden = tempfile.TemporaryDirectory(prefix=".make-sheep-goats-tmp-", dir=out.parent)
    except OSError as error:
        reason = f"{out.parent} can not be written to ({error.strerror})"
        raise ValueError(f"{reason}; name another folder with --out.") from error
    with hidden as folder:
        yield Path(folder) / "whole"


def _write(data: SheepGoats, folder: Path, note: str) -> None:
    for name in data.class_names:
        (folder / name).mkdir(parents=True)
    for index in tqdm(range(len(data)), desc="writing", leave=False):
        kind = data.class_names[int(data.labels[index])]
        ground = data.background_names[int(data.backgrounds[index])]
        stem = folder / kind / f"{index:04d}_{kind}_on_{ground}"
        _picture(data.images[index]).save(stem.with_suffix(".png"))
        _picture(data.masks[index][None]).convert("L").save(stem.with_suffix(".mask.png"))
    (folder / "README.txt").write_text(note, encoding="utf-8")


def _rename(folder: Path, out: Path) -> None:
    if out.exists():
        out.rmdir()  # it is empty
    os.replace(folder, out)


def _picture(image: Tensor) -> Image.Image:
    pixels = (255 * image.expand(3, -1, -1) + 0.5).clamp(0, 255).permute(1, 2, 0)
    return Image.fromarray(pixels.numpy().astype(np.uint8))


def _note(options: argparse.Namespace) -> str:
    choice = (
        f"--background {' '.join(options.background)}" if options.background else f"--share {options.share:g}"
    )
    command = f"--number {options.number} {choice} --seed {options.seed} --size {options.size}"
    return (
        "Drawn sheep and goats. NAME.mask.png is white where the animal of NAME.png is.\n"
        f"Made by: python data_scripts/make_sheep_goats.py {command}\n"
        f"Licence: {LICENCE}.\n"
    )


if __name__ == "__main__":
    sys.exit(main())
