"""See inside a convolutional network, and learn to reuse it.

import vizwidgets as vw

model = vw.load_model("vgg16")
result = vw.maximize(model, vw.channel("block5_conv3", 330))
"""

from .core.ascent import Ascent, activation, ascend, maximize
from .core.ascent_run import AscentRun
from .core.history import AscentStep
from .core.images import check_image
from .core.layers import Layer, list_layers
from .core.objectives import Objective, channel, class_score, unit
from .core.regularizers import p_norm, total_variation
from .core.settings import AscentSettings, preset
from .core.verdict import Verdict
from .data.photos import list_photos, photo
from .draw.show import show
from .models import list_models, load_model, wrap
from .models.replay import replay
from .widgets.ascent import AscentExplorer
from .widgets.walls import FilterWall

__version__ = "0.1.0"

__all__ = [
    "show",
    "replay",
    "photo",
    "list_photos",
    "activation",
    "Ascent",
    "AscentExplorer",
    "AscentRun",
    "AscentSettings",
    "AscentStep",
    "FilterWall",
    "Layer",
    "Objective",
    "Verdict",
    "ascend",
    "channel",
    "check_image",
    "class_score",
    "list_layers",
    "list_models",
    "load_model",
    "maximize",
    "p_norm",
    "preset",
    "total_variation",
    "unit",
    "wrap",
]
