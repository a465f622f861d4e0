"""Named models with their own normalization, and the wrapper for yours."""

from vizwidgets.models.vision_model import Normalize, Provenance, VisionModel
from vizwidgets.models.zoo import list_models, load_model, wrap

__all__ = ["Normalize", "Provenance", "VisionModel", "list_models", "load_model", "wrap"]
