"""Fetch and verify the pretrained weights, the digits and the class names; say where they are.

    python data_scripts/fetch_weights.py             all that the lessons need (135 MB to download)
    python data_scripts/fetch_weights.py vgg16       only this
    python data_scripts/fetch_weights.py --full      also torchvision's VGG-16 (553 MB) and the full MNIST
    python data_scripts/fetch_weights.py --list      what there is, without fetching

What is there and undamaged is not fetched again. The folder is the user's cache folder, or VIZWIDGETS_HOME.
"""

from __future__ import annotations

import argparse
import sys

from vizwidgets.data.artifacts import ARTIFACTS, Artifact, ArtifactError, cache_dir, fetch, present_path


def main(arguments: list[str] | None = None) -> int:
    """Fetch what was asked for; return 0, or 1 if something could not be had."""
    options = _parse(arguments)
    chosen = [ARTIFACTS[name] for name in options.names] or [
        artifact for artifact in ARTIFACTS.values() if options.full or options.list or not artifact.is_large
    ]
    if options.list:
        print(f"cache folder: {cache_dir()}")
        for artifact in chosen:
            _describe(artifact)
        return 0
    return max([_fetch(artifact) for artifact in chosen], default=0)


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="name", help=f"any of: {', '.join(ARTIFACTS)}")
    parser.add_argument("--full", action="store_true", help="also the large ones")
    parser.add_argument("--list", action="store_true", help="only list what there is")
    options = parser.parse_args(arguments)
    if unknown := [name for name in options.names if name not in ARTIFACTS]:
        parser.error(f"there is no {unknown[0]!r}; there are: {', '.join(ARTIFACTS)}")
    return options


def _fetch(artifact: Artifact) -> int:
    try:
        fetch(artifact.name)
    except ArtifactError as error:
        print(f"{artifact.name}: FAILED\n{error}\n", file=sys.stderr)
        return 1
    _describe(artifact)
    return 0


def _describe(artifact: Artifact) -> None:
    path = present_path(artifact.name)
    where = f"{path} ({path.stat().st_size / 1e6:.1f} MB)" if path else "not fetched yet"
    if artifact.is_large and not path:
        where += ": --full fetches it"
    print(f"{artifact.name}: {artifact.purpose}")
    print(f"    source   {artifact.source} ({artifact.size / 1e6:.1f} MB)")
    print(f"    licence  {artifact.licence}")
    print(f"    sha256   {artifact.sha256}")
    print(f"    file     {where}")


if __name__ == "__main__":
    sys.exit(main())
