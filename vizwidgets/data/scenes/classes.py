"""What a pixel of a street can be: eight classes, their colours, and the mark of what has no class."""

from __future__ import annotations

SCENE_CLASSES = ("sky", "building", "pole/sign", "road", "sidewalk", "vegetation", "car", "pedestrian")
SKY, BUILDING, POLE, ROAD, SIDEWALK, VEGETATION, CAR, PEDESTRIAN = range(len(SCENE_CLASSES))
VOID = 255  # not labelled: no loss and no score counts it

# Red, green, blue in [0, 1]; far apart also for readers who do not tell red from green.
SCENE_COLORS = (
    (0.55, 0.78, 0.95),
    (0.80, 0.71, 0.60),
    (0.95, 0.88, 0.20),
    (0.30, 0.20, 0.45),
    (0.80, 0.47, 0.70),
    (0.05, 0.55, 0.42),
    (0.00, 0.36, 0.80),
    (0.90, 0.35, 0.05),
)
VOID_COLOR = (0.0, 0.0, 0.0)
