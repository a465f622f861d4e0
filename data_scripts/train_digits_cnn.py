"""Train the network of the digits and keep it; say where it is, how good it is and what its hash is.

    python data_scripts/train_digits_cnn.py            only if it is not there
    python data_scripts/train_digits_cnn.py --again    in any case

It is the lecture's simple 4-layer network, trained with 4,000 digits of MNIST and a fixed seed: half a
minute.
``vw.load_model("digits_cnn")`` does the same at its first use. The weights are yours; the digits are MNIST's,
CC BY-SA 3.0 (Y. LeCun, C. Cortes, C. Burges).
"""

from __future__ import annotations

import argparse
import sys

from vizwidgets.data.artifacts import ArtifactError
from vizwidgets.models.trained import load_trained, trained_path


def main(arguments: list[str] | None = None) -> int:
    """Train if need be and describe what is there; return 0, 1 without the digits, or 130 after Ctrl-C."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--again", action="store_true", help="train even if it is there")
    options = parser.parse_args(arguments)
    try:
        model = load_trained("digits_cnn", again=options.again)
    except ArtifactError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("nothing was written: it was interrupted", file=sys.stderr)
        return 130
    print(model.provenance)
    print(trained_path("digits_cnn"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
