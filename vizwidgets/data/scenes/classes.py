"""What a pixel of a street can be: eight classes, their colours, and the mark of what has no class."""

from __future__ import annotations

SCENE_CLASSES = ("sky", "building", "pole/sign", "road", "sidewalk", "vegetation", "car", "pedestrian")
SKY, BUILDING, POLE, ROAD, SIDEWALK, VEGETATION, CAR, PEDESTRIAN = range(len(SCENE_CLASSES))
VOID = 255  # not labelled: no loss and no score counts it

# Red, green, blue in [0, 1]; far apart also for readers who do not tell red from green.
SCENE_COLORS = (
    (0.40, 0.83, 1.00),
    (0.93, 0.70, 0.59),
    (1.00, 0.97, 0.21),
    (0.30, 0.11, 0.42),
    (0.94, 0.32, 0.65),
    (0.07, 0.39, 0.25),
    (0.00, 0.20, 0.92),
    (0.92, 0.23, 0.03),
)
VOID_COLOR = (0.0, 0.0, 0.0)
