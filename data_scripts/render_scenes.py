"""Render street scenes into a folder of PNG files, with a label image beside each.

    python data_scripts/render_scenes.py                               200 game scenes into street_scenes/
    python data_scripts/render_scenes.py --look camera --seed 1        as a camera would see them
    python data_scripts/render_scenes.py --size 192 256 --out pretty   larger
    python data_scripts/render_scenes.py --speed                       only measure scenes per second

The folder appears when it is whole. It is laid out as CamVid of the SegNet tutorial (train, trainannot, val,
valannot, test, testannot; ids 0 to 11): `vw.street_folder("street_scenes")` reads it back. The colours of the
label images are for the eye; what counts are the ids.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

import numpy as np
from PIL import Image
from tqdm.auto import tqdm

from vizwidgets.core.whole_numbers import check_seed
from vizwidgets.data.scenes.camvid import CAMVID_IDS, SPLIT_FOLDERS
from vizwidgets.data.scenes.classes import SCENE_CLASSES, SCENE_COLORS, VOID
from vizwidgets.data.scenes.rendering import check_look, check_size, draw_scene
from vizwidgets.data.storage import temporary_folder

LICENCE = "MIT, as the rest of vizwidgets: drawn by its own code, no photographs used"
SPEED_SCENES = 60
# For each of our classes CamVid's first id that means it.
IDS = [
    min(number for number, (_, ours) in CAMVID_IDS.items() if ours == label)
    for label in range(len(SCENE_CLASSES))
]


def main(arguments: list[str] | None = None) -> int:
    """Render the scenes; return 0, 1 if that is not possible, or 130 if Ctrl-C ended it."""
    options = _parse(arguments)
    try:
        _check(options)
        if options.speed:
            return _measure(options)
        out = _free_place(options.out)
        with temporary_folder(out.parent, out.name) as hidden:
            _write(options, hidden / "whole")
            if out.exists():
                out.rmdir()  # it is empty
            os.replace(hidden / "whole", out)
    except (OSError, ValueError) as error:
        print(f"nothing was written: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("nothing was written: it was interrupted", file=sys.stderr)
        return 130
    print(f"{sum(_counts(options).values())} scenes of {_words(options.size)} pixels, with labels")
    print(f"    source   drawn with seed {options.seed}, look {options.look:g}, layout {options.layout:g}")
    print(f"    licence  {LICENCE}")
    print(f"    folder   {out}")
    return 0


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--train", type=int, default=140, help="scenes for training (140)")
    parser.add_argument("--validation", type=int, default=20, help="scenes for choosing settings (20)")
    parser.add_argument("--test", type=int, default=40, help="scenes for testing (40)")
    parser.add_argument("--look", default="0", help="0 or game: flat colours; 1 or camera; or between (0)")
    parser.add_argument(
        "--layout", help="which streets: the game's (0) or a camera's (1); by default as the look"
    )
    parser.add_argument(
        "--seed", type=int, default=0, help="the parts are drawn from seeds 3 S, 3 S + 1 and 3 S + 2 (0)"
    )
    parser.add_argument("--size", type=int, nargs=2, default=(96, 128), help="height and width (96 128)")
    parser.add_argument("--out", default="street_scenes", help="the folder to make (street_scenes)")
    parser.add_argument("--speed", action="store_true", help="write nothing, print scenes per second")
    return parser.parse_args(arguments)


def _words(size: tuple[int, int]) -> str:
    return f"{size[0]} x {size[1]}"


def _check(options: argparse.Namespace) -> None:
    """Check everything before anything is drawn; looks become numbers."""
    options.look = check_look(_number(options.look))
    options.layout = options.look if options.layout is None else check_look(_number(options.layout), "layout")
    options.size = check_size(tuple(options.size))
    check_seed(3 * options.seed + 2)
    counts = _counts(options)
    if min(counts.values()) < 0 or not sum(counts.values()):
        raise ValueError(
            f"--train, --validation and --test must be 0 or more, together at least 1; got {counts}."
        )


def _number(word: str) -> float | str:
    try:
        return float(word)
    except ValueError:
        return word


def _counts(options: argparse.Namespace) -> dict[str, int]:
    return {name: getattr(options, name) for name in SPLIT_FOLDERS}


def _free_place(wanted: str) -> Path:
    out = Path(os.path.expanduser(wanted)).absolute()
    if out.is_symlink() and not out.exists():
        raise ValueError(f"{out} points to {os.readlink(out)}, which is not there; name another with --out.")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ValueError(f"{out} is there already; remove it, or name another folder with --out.")
    return out.resolve()


def _write(options: argparse.Namespace, folder: Path) -> None:
    for part, (split, name) in enumerate(SPLIT_FOLDERS.items()):
        pictures, labels = folder / name, folder / f"{name}annot"
        for place in (pictures, labels):
            place.mkdir(parents=True)
        for number in tqdm(range(_counts(options)[split]), desc=split, leave=False):
            seed = (3 * options.seed + part, number)
            image, classes = draw_scene(seed, options.look, options.layout, options.size)
            Image.fromarray(image).save(pictures / f"{number:05d}.png")
            _label_picture(classes).save(labels / f"{number:05d}.png")
    (folder / "README.txt").write_text(_note(options), encoding="utf-8")


def _label_picture(classes: np.ndarray) -> Image.Image:
    """Return a label image with CamVid's ids and a palette of our colours."""
    palette = np.zeros((256, 3), np.uint8)
    for number, (_, ours) in CAMVID_IDS.items():
        palette[number] = (0, 0, 0) if ours == VOID else 255 * np.array(SCENE_COLORS[ours])
    picture = Image.fromarray(np.array(IDS, np.uint8)[classes])
    picture.putpalette(palette.tobytes())
    return picture


def _note(options: argparse.Namespace) -> str:
    names = ", ".join(f"{number} {name}" for number, (name, _) in CAMVID_IDS.items())
    counts = " ".join(f"--{name} {count}" for name, count in _counts(options).items())
    size = f"{options.size[0]} {options.size[1]}"
    command = (
        f"{counts} --look {options.look:g} --layout {options.layout:g} --seed {options.seed} --size {size}"
    )
    return (
        f"Drawn street scenes, laid out as CamVid. Ids in the label images: {names}.\n"
        f"Made by: python data_scripts/render_scenes.py {command}\n"
        f"Licence: {LICENCE}.\n"
    )


def _measure(options: argparse.Namespace) -> int:
    """Print how many scenes a second come from one thread."""
    for look in (0.0, 0.5, 1.0):
        draw_scene((options.seed, 0), look, look, options.size)  # tables that are made once
        clock, work = time.perf_counter(), time.process_time()
        for number in range(SPEED_SCENES):
            draw_scene((options.seed, number), look, look, options.size)
        wall, busy = time.perf_counter() - clock, time.process_time() - work
        rate, busy_rate = f"{SPEED_SCENES / wall:.0f}", f"{SPEED_SCENES / busy:.0f}"
        print(
            f"look {look:.1f}, {_words(options.size)}: {rate} scenes a second; {busy_rate} of processor time"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
