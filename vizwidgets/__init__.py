"""See inside a convolutional network, and learn to reuse it.

    import vizwidgets as vw

    model = vw.load_model("vgg16")
    result = vw.maximize(model, vw.channel("block5_conv3", 330))

A name is imported when it is first used, so ``import vizwidgets`` takes no time and does nothing.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_NAMES = {
    "core.ascent": ("Ascent", "activation", "ascend", "maximize"),
    "core.ascent_run": ("AscentRun",),
    "core.autodiff": ("compute_graph", "gradient"),
    "core.confusion": ("ConfusionMatrix",),
    "core.deletion": ("deletion_curve", "insertion_curve"),
    "core.edges": ("edge_map",),
    "core.examples": ("Example",),
    "core.explainer": ("Explainer",),
    "core.history": ("AscentStep",),
    "core.images": ("check_image",),
    "core.label_randomization": ("LabelRandomizationTest", "label_randomization_test"),
    "core.layers": ("Layer", "list_layers"),
    "core.masked_saliency": ("animal_contrast", "background_share", "pointing_game", "share_inside"),
    "core.measurement": ("Measurement", "Measurements"),
    "core.metrics": ("accuracy", "confusion", "predictions"),
    "core.neighbours": ("nearest_neighbours",),
    "core.nudge": ("Nudge", "nudge"),
    "core.objectives": ("Objective", "channel", "class_probability", "class_score", "unit"),
    "core.pair_augment": ("PairAugment",),
    "core.probes": ("LayerProbes", "LinearProbe", "linear_probe", "probe_layers"),
    "core.regularizers": ("p_norm", "regularizer", "total_variation"),
    "core.representation_similarity": ("LayerComparison", "compare_layers", "linear_cka"),
    "core.saliency": ("SaliencyMap", "saliency_map"),
    "core.sanity": ("randomization_steps", "randomization_test"),
    "core.sanity_report": ("RandomizationStep", "RandomizationTest"),
    "core.segmentation": ("Segmentation", "class_weights"),
    "core.segmentation_scores": ("SegmentationScores", "predict_labels", "segmentation_scores"),
    "core.settings": ("AscentSettings", "preset"),
    "core.shortcuts": ("ShortcutReport", "bare_predictions", "flip_rate", "shortcut_report"),
    "core.train_settings": ("TrainSettings",),
    "core.training": ("Training", "TrainStep", "flip", "train"),
    "core.transfer": ("freeze", "frozen_layers", "head_of", "replace_head", "transfer", "weight_layers"),
    "core.trial": ("Order", "Trial"),
    "core.verdict": ("Verdict",),
    "core.weight_change": ("WeightChange", "weight_change"),
    "core.weight_groups": ("fine_tune_groups",),
    "data.examples": ("top_examples",),
    "data.feature_cache": ("features",),
    "data.measurement_store": ("MeasurementStore",),
    "data.photos": ("list_photos", "list_pictures", "photo"),
    "data.scenes": (
        "SCENE_CLASSES",
        "SCENE_COLORS",
        "Scenes",
        "camvid_folder",
        "scene_split",
        "scenes",
        "street_folder",
    ),
    "data.sheep_goats": ("compose", "draw_animal", "draw_background", "photo_folder", "sheep_goats"),
    "data.small_digits": ("small_digits",),
    "data.textures": ("textures",),
    "data.transfer_tasks": ("folder_task", "transfer_task", "transfer_tasks"),
    "draw.example_saliency": ("example_saliency",),
    "draw.layer_chart": ("change_figure", "probe_figure"),
    "draw.learning_figure": ("learning_figure",),
    "draw.overlay": ("overlay",),
    "draw.sanity_figure": ("sanity_figure",),
    "draw.show": ("show",),
    "draw.show_segmentation": ("show_class_iou", "show_segmentation"),
    "draw.signed": ("signed_colors",),
    "draw.similarity_figure": ("similarity_figure",),
    "models": ("list_models", "load_model", "wrap"),
    "models.checkpoint": ("load_weights",),
    "models.replay": ("replay",),
    "models.small": ("new_model",),
    "models.street_trial": ("StreetOrder", "street_trial"),
    "models.transfer_trial": ("TransferOrder", "transfer_trial"),
    "widgets.ascent": ("AscentExplorer",),
    "widgets.course_map": ("course_map",),
    "widgets.doctor": ("doctor",),
    "widgets.film_player": ("FilmPlayer", "load_film"),
    "widgets.graph": ("AutodiffGraph",),
    "widgets.outcome": ("outcome",),
    "widgets.prediction": ("predict",),
    "widgets.progress": ("progress",),
    "widgets.projector": ("projector",),
    "widgets.prototypes": ("PrototypeWall",),
    "widgets.saliency": ("SaliencyExplorer",),
    "widgets.segmentation": ("SegmentationLab",),
    "widgets.shortcut": ("ShortcutLab",),
    "widgets.training": ("TrainingExplorer",),
    "widgets.transfer": ("TransferLab",),
    "widgets.units": ("UnitExplorer",),
    "widgets.walls": ("FilterWall",),
}
_HOMES = {name: home for home, names in _NAMES.items() for name in names}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"vizwidgets has no {name!r}; its names are {', '.join(__all__)}.")
    value = getattr(import_module(f"vizwidgets.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*globals(), *__all__]
