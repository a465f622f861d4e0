"""Draw the sheep and goats of the lessons into a folder of PNG files, with a mask beside each.

    python data_scripts/make_sheep_goats.py                              400 pictures into sheep_goats/
    python data_scripts/make_sheep_goats.py --share 0.9 --seed 1         with a tenth of counter-examples
    python data_scripts/make_sheep_goats.py --size 192 --out pretty      larger

The folder appears when it is whole. `vw.photo_folder("sheep_goats")` reads it back, and your own photographs
may lie beside the drawn ones.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import numpy as np
from PIL import Image
from torch import Tensor
from tqdm.auto import tqdm

from vizwidgets.data.sheep_goats import BACKGROUNDS, SheepGoats, sheep_goats
from vizwidgets.data.storage import temporary_folder

LICENCE = "MIT, as the rest of vizwidgets: drawn by its own code, no photographs used"


def main(arguments: list[str] | None = None) -> int:
    """Draw the pictures; return 0, or 1 if that is not possible."""
    options = _parse(arguments)
    out = Path(options.out).expanduser().absolute()
    try:
        _check_free(out)
        data = sheep_goats(options.number, options.share, options.seed, options.size, options.background)
        _write(data, out, _note(options))
    except (OSError, ValueError) as error:
        print(f"nothing was written: {error}", file=sys.stderr)
        return 1
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


def _check_free(out: Path) -> None:
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ValueError(f"{out} is there already; remove it, or name another folder with --out.")


def _write(data: SheepGoats, out: Path, note: str) -> None:
    """Write everything into a hidden folder beside `out`, and rename that when it is whole."""
    with temporary_folder(out.parent, out.name) as folder:
        whole = folder / out.name
        for name in data.class_names:
            (whole / name).mkdir(parents=True)
        for index in tqdm(range(len(data)), desc="writing", leave=False):
            kind = data.class_names[int(data.labels[index])]
            ground = data.background_names[int(data.backgrounds[index])]
            stem = whole / kind / f"{index:04d}_{kind}_on_{ground}"
            _picture(data.images[index]).save(stem.with_suffix(".png"))
            _picture(data.masks[index][None]).convert("L").save(stem.with_suffix(".mask.png"))
        (whole / "README.txt").write_text(note, encoding="utf-8")
        if out.exists():
            out.rmdir()  # it is empty
        os.replace(whole, out)


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
