"""What films cost: their share of the time of a run, the time that saving takes, and the size of the page.

python benchmarks/films.py            # about ten minutes on two quiet cores
python benchmarks/films.py wall ascent
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any
from unittest.mock import PropertyMock, patch

from tables import print_table

import vizwidgets as vw
from vizwidgets.widgets import wall_stepper

REPEATS = 3


def main(wanted: list[str]) -> None:
    """Run explorers, and print a line for each."""
    with tempfile.TemporaryDirectory() as folder:
        store = PropertyMock(return_value=Path(folder, "points.json"))  # nobody's own points are touched
        with patch.object(vw.MeasurementStore, "path", store):
            rows = [row(name, Path(folder)) for name in EXPLORERS if not wanted or name in wanted]
    head = ["explorer", "steps", "run", "share of the notes", "scenes", "save", "page"]
    print_table(f"Films of runs, medians of {REPEATS}", head, rows)


def row(name: str, folder: Path) -> list[str]:
    """Run an explorer several times, save it, and return its line of the table."""
    runs = [measured(EXPLORERS[name]) for _ in range(REPEATS)]
    explorer = runs[-1][0]
    begun = perf_counter()
    path = explorer.save(folder / f"{name}.html")
    saved = perf_counter() - begun
    return [
        name,
        str(explorer.run.num_taken),
        f"{median(seconds for _, seconds, _ in runs):.1f} s",
        f"{median(noted / seconds for _, seconds, noted in runs):.2%}",
        str(len(vw.load_film(path).film.steps)),
        f"{saved:.1f} s",
        f"{path.stat().st_size / 1e6:.2f} MB",
    ]


def measured(make: Callable[[], Any]) -> tuple[Any, float, float]:
    """Return an explorer that has run, how many seconds it took, and how many of them its notes."""
    spent, stages_of = [0.0], wall_stepper.stages_of

    def timed(*arguments: Any) -> Any:
        begun = perf_counter()
        stages = stages_of(*arguments)
        spent[0] += perf_counter() - begun
        return stages

    explorer = make()
    before = noted(explorer)
    with patch.object(wall_stepper, "stages_of", timed):
        begun = perf_counter()
        explorer.run_to_end()
    return explorer, perf_counter() - begun, noted(explorer) - before + spent[0]


def noted(explorer: Any) -> float:
    """Return the seconds that an explorer has spent on notes."""
    keeper = getattr(explorer, "recorder", None) or getattr(explorer, "stages", None)
    return 0.0 if keeper is None else keeper.seconds


def ascent() -> vw.AscentExplorer:
    """Climb a channel of VGG-16."""
    return vw.AscentExplorer(vw.load_model("vgg16"), "block3_conv3", 19, num_steps=32)


def wall() -> vw.FilterWall:
    """Make two rows of filters of VGG-16."""
    layers = ["block1_conv2", "block2_conv2"]
    return vw.FilterWall(vw.load_model("vgg16"), layers, use_cache=False)


def saliency() -> vw.SaliencyExplorer:
    """Explain a photograph by four methods, in small pieces as for a browser."""
    methods = ["gradient", "guided", "smoothgrad", "integrated"]
    explorer = vw.SaliencyExplorer(vw.load_model("efficientnet_lite0"), methods=methods)
    explorer._stepper.is_watched = True
    return explorer


def training() -> vw.TrainingExplorer:
    """Train the digits' network."""
    return vw.TrainingExplorer(vw.new_model("digits_cnn"), vw.small_digits("train"), epochs=2)


def transfer() -> vw.TransferLab:
    """Queue two trainings."""
    lab = vw.TransferLab(num_labels=2)
    lab.add([lab._order(), lab._order(seed=1)], again=True)
    return lab


def streets() -> vw.SegmentationLab:
    """Queue a training of the segmenter."""
    lab = vw.SegmentationLab(num_labels=4, num_steps=100, num_test=20)
    lab.add(again=True)
    return lab


EXPLORERS: dict[str, Callable[[], Any]] = {
    "ascent": ascent,
    "graph": vw.AutodiffGraph,
    "prototypes": lambda: vw.PrototypeWall(vw.load_model("mnist_cnn")),
    "wall": wall,
    "saliency": saliency,
    "training": training,
    "shortcut": lambda: vw.ShortcutLab(epochs=5),
    "transfer": transfer,
    "streets": streets,
}


if __name__ == "__main__":
    main(sys.argv[1:])
