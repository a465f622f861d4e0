"""The geometry of drawn streets, against rays: labels, distances, shadows, and cars seen from all sides."""

from __future__ import annotations

import numpy as np
import pytest

from vizwidgets.data.scenes.camera import Camera, cut_near
from vizwidgets.data.scenes.canvas import Canvas
from vizwidgets.data.scenes.cars import BUS, HEAD, KINDS, PAINTS, SEDAN, TAIL
from vizwidgets.data.scenes.classes import BUILDING, CAR, ROAD, SIDEWALK, SKY, VEGETATION
from vizwidgets.data.scenes.dice import Dice
from vizwidgets.data.scenes.drawing import FAR, FINENESS
from vizwidgets.data.scenes.kerbside import furnished_street
from vizwidgets.data.scenes.road import BESIDE, Road, paint_ground
from vizwidgets.data.scenes.shapes import wall_across, wall_along
from vizwidgets.data.scenes.street import paint_street
from vizwidgets.data.scenes.sunlight import shadows
from vizwidgets.data.scenes.traffic import Car, paint_car

SIZE = (96, 128)
CAMERA = Camera(focal=0.8, middle=0.48, horizon=0.46, height=1.6)
OFFSETS = [(0, 0), (-0.5, -0.5), (-0.5, 0.5), (0.5, -0.5), (0.5, 0.5)]


def sight(row: float, column: float) -> np.ndarray:
    """Return the direction in which a place of the picture looks."""
    rows, columns = SIZE
    scale = CAMERA.focal * columns
    return np.array(((column - CAMERA.middle * columns) / scale, (CAMERA.horizon * rows - row) / scale, 1.0))


def expected(label_of_ray) -> tuple[np.ndarray, np.ndarray]:
    """Return the label in each pixel's middle, and whether its corners agree on it."""
    labels, is_sure = np.zeros(SIZE, int), np.zeros(SIZE, bool)
    for row in range(SIZE[0]):
        for column in range(SIZE[1]):
            found = [label_of_ray(sight(row + 0.5 + dy, column + 0.5 + dx)) for dy, dx in OFFSETS]
            labels[row, column], is_sure[row, column] = found[0], len(set(found)) == 1
    return labels, is_sure


@pytest.mark.parametrize("crossing", [None, (14.0, 22.0)])
def test_a_bare_street_has_the_labels_that_rays_to_the_ground_find(crossing):
    road = Road(-6.0, 4.0, 2.5, setback=(3.0, 2.0), is_paved=(True, False), crossing=crossing)

    def label_of_ray(ray: np.ndarray) -> int:
        distance = CAMERA.height / -ray[1] if ray[1] < 0 else np.inf
        x = ray[0] * distance
        if distance > FAR or abs(x) > BESIDE:
            return SKY
        if -6 < x < 4 or (crossing and crossing[0] < distance < crossing[1]):
            return ROAD
        return SIDEWALK if -6 - 2.5 - 3 < x < 4 + 2.5 else VEGETATION

    canvas = Canvas(CAMERA)
    paint_ground(canvas, Dice(np.random.default_rng(1), 0.0), road)
    drawn = canvas.drawing(SIZE).label_image
    labels, is_sure = expected(label_of_ray)
    assert is_sure.mean() > 0.9 and {SKY, ROAD, SIDEWALK, VEGETATION} == set(labels[is_sure])
    assert (drawn == labels)[is_sure].all()


def test_a_box_of_walls_hides_the_ground_where_rays_meet_it_and_at_their_distance():
    x, near, far, height, depth = 5.0, 8.0, 20.0, 6.0, 9.0

    def hit(ray: np.ndarray) -> float:
        """Return how far ahead the ray meets the facade or the front, or infinity."""
        meets = []
        if ray[0] > 0 and near < (ahead := x / ray[0]) < far:
            meets.append(ahead)
        if x < ray[0] * near < x + depth:
            meets.append(near)
        return min((ahead for ahead in meets if 0 < CAMERA.height + ray[1] * ahead < height), default=np.inf)

    canvas = Canvas(CAMERA)
    canvas.fill(wall_across(near, x, x + depth, 0, height), np.ones((2, 3)), BUILDING)
    canvas.fill(wall_along(x, near, far, 0, height), np.ones((2, 3)), BUILDING)
    drawing = canvas.drawing(SIZE)
    labels, is_sure = expected(lambda ray: BUILDING if hit(ray) < np.inf else SKY)
    assert (drawing.label_image == labels)[is_sure].all() and (labels == BUILDING).mean() > 0.1
    sure_wall = is_sure & (labels == BUILDING)
    found = drawing.places()
    rows, columns = np.nonzero(sure_wall)
    rays = [sight(row + 0.5, column + 0.5) for row, column in zip(rows, columns, strict=True)]
    places = np.array([CAMERA.eye + hit(ray) * ray for ray in rays])
    is_facade = np.abs(found[sure_wall][:, 0] - x) < 0.01
    is_front = np.abs(found[sure_wall][:, 2] - near) < 0.01
    assert (is_facade | is_front).all() and is_facade.any() and is_front.any()
    same_wall = np.abs(found[sure_wall] - places).max(axis=1) < 0.02
    assert same_wall.mean() > 0.97  # the two walls meet inside a pixel here and there


def test_ground_that_reaches_behind_the_camera_is_cut_not_bent():
    triangle = np.array([(-4.0, 0.0, -2.0), (4.0, 0.0, -2.0), (0.0, 0.0, 10.0)])
    cut = cut_near(triangle)
    assert cut[:, 2].min() == pytest.approx(0.6) and len(cut) == 3
    # The cut corners lie on the sides: a third of the way up, x has shrunk by as much.
    for x, _, z in cut:
        assert abs(x) == pytest.approx(4 * (10 - z) / 12)
    assert len(cut_near(triangle * (1, 1, -1))) == 4  # two corners ahead, one behind
    assert len(cut_near(triangle - (0, 0, 20))) == 0


def test_a_pixel_that_shows_one_polygon_has_its_colour_and_its_label():
    for seed in range(3):
        drawing = paint_street(furnished_street(Dice(np.random.default_rng(seed), 0.0))).drawing(SIZE)
        blocks = drawing.numbers.reshape(SIZE[0], FINENESS, SIZE[1], FINENESS)
        is_one = (blocks == drawing.middles[:, None, :, None]).all(axis=(1, 3))
        number = drawing.middles
        colors = drawing.colors[number][:, :, 0]
        assert is_one.mean() > 0.5
        assert np.abs(drawing.flat(0.0) - colors)[is_one].max() < 1.01 / 255
        assert (drawing.label_image == drawing.labels[number]).all()
        assert (drawing.sky_share()[is_one] == (number == 0)[is_one]).all()


def inside(outline: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Whether places lie in a polygon (k, 2): a line from each crosses its rim an odd number of times."""
    is_in = np.zeros(rows.shape, bool)
    for (x0, y0), (x1, y1) in zip(outline, np.roll(outline, -1, axis=0), strict=True):
        if y0 != y1:
            is_crossed = (rows < y0) != (rows < y1)
            is_in ^= is_crossed & (columns < x0 + (rows - y0) * (x1 - x0) / (y1 - y0))
    return is_in


def nearest_labels(canvas: Canvas, size: tuple[int, int]) -> np.ndarray:
    """Return the label of the nearest polygon in each pixel's middle, whatever the order of painting."""
    drawing = canvas.drawing(size)
    aside, up = canvas.camera.rays(size)
    rows, columns = (grid + 0.5 for grid in np.mgrid[: size[0], : size[1]])
    labels, nearness = np.full(size, SKY), np.zeros(size)
    corners, counts = np.concatenate(canvas._corners), np.concatenate(canvas._counts)
    for number, stop in enumerate(np.cumsum(counts)):
        piece = cut_near(corners[stop - counts[number] : stop])
        if number and len(piece):
            here = drawing.planes[number] @ np.stack(np.broadcast_arrays(aside, up, 1.0)).reshape(3, -1)
            here = here.reshape(size)
            is_seen = inside(canvas.camera.project(piece, size), rows, columns) & (here > nearness * 0.999)
            labels[is_seen], nearness[is_seen] = drawing.labels[number], here[is_seen]
    return labels


@pytest.mark.parametrize("layout", [0.0, 1.0])
def test_what_is_painted_last_is_what_is_nearest(layout):
    """Painting from far to near agrees with a search for the nearest polygon in every pixel."""
    agree = []
    for seed in range(4):
        canvas = paint_street(furnished_street(Dice(np.random.default_rng((9, seed)), layout)))
        agree.append((canvas.drawing((48, 64)).label_image == nearest_labels(canvas, (48, 64))).mean())
    assert min(agree) > 0.95 and np.mean(agree) > 0.97, agree


def march(place: np.ndarray, sun: np.ndarray, is_inside) -> bool:
    """Go from a place towards the sun in small steps; tell whether something is met."""
    steps = np.arange(0.06, 40, 0.02)[:, None]
    return bool(is_inside(place + steps * sun).any())


def shadow_scene(sun: tuple[float, float, float]) -> tuple[Canvas, np.ndarray]:
    canvas = Canvas(CAMERA, np.array(sun) / np.linalg.norm(sun))
    paint_ground(canvas, Dice(np.random.default_rng(0), 0.0), Road(-6.0, 4.0, 2.5))
    return canvas, canvas.sun


@pytest.mark.parametrize("sun", [(0.5, 0.6, 0.3), (-0.7, 0.5, -0.2), (0.0, 0.7, -0.7)])
def test_the_shadow_of_a_box_is_where_the_way_to_the_sun_meets_it(sun):
    canvas, sun = shadow_scene(sun)
    low, high = np.array((1.0, 0.0, 8.0)), np.array((3.0, 4.0, 12.0))
    canvas.boxes.append((*low, *high))
    drawing = canvas.drawing((24, 32))
    places = drawing.places()
    shade = shadows(drawing, places)
    is_near = (drawing.middles > 0) & (places[..., 2] < 40)
    brute = [
        march(place, sun, lambda points: ((points > low) & (points < high)).all(axis=1))
        for place in places[is_near]
    ]
    outside = ~((places > low - 0.05) & (places < high + 0.05)).all(axis=-1)[is_near]
    differ = (shade[is_near] > 0.5) != np.array(brute)
    assert np.mean(brute) > 0.01 and not differ[outside].any()


def test_the_shadow_of_a_tree_is_where_the_way_to_the_sun_passes_its_crown():
    canvas, sun = shadow_scene((0.4, 0.8, 0.2))
    middle, radius = np.array((2.0, 4.0, 10.0)), 2.0
    canvas.balls.append((*middle, radius))
    drawing = canvas.drawing((24, 32))
    places = drawing.places()
    shade = shadows(drawing, places)
    is_near = (drawing.middles > 0) & (places[..., 2] < 40)
    brute = np.array(
        [
            march(place, sun, lambda points: np.linalg.norm(points - middle, axis=1) < 0.98 * radius)
            for place in places[is_near]
        ]
    )
    assert brute.mean() > 0.01
    assert ((shade[is_near] > 0.1) == brute).mean() > 0.99 and shade.max() <= 0.85


def one_car(kind, heading: float, x: float = 0.0) -> tuple[Canvas, Car]:
    canvas, car = Canvas(CAMERA), Car(kind, PAINTS[4], x, 26.0 if kind is BUS else 14.0, heading)
    paint_car(canvas, car)
    return canvas, car


def is_shown(canvas: Canvas, color: np.ndarray) -> bool:
    drawing = canvas.drawing((192, 256))
    return bool((np.abs(drawing.colors[np.unique(drawing.numbers)] - color).max(axis=(1, 2)) < 1e-6).any())


def test_cars_ahead_show_their_tail_lamps_and_oncoming_ones_their_head_lamps():
    for kind in KINDS:
        ahead, _ = one_car(kind, 0.0)
        oncoming, _ = one_car(kind, np.pi)
        assert is_shown(ahead, TAIL) and not is_shown(ahead, HEAD)
        assert is_shown(oncoming, HEAD) and not is_shown(oncoming, TAIL)


def hull_area(points: np.ndarray) -> float:
    """Return the area of the convex hull (Andrew's monotone chain)."""

    def turn(a, b, c):
        return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])

    def chain(ordered):
        kept: list = []
        for point in ordered:
            while len(kept) > 1 and turn(kept[-2], kept[-1], point) <= 0:
                kept.pop()
            kept.append(point)
        return kept[:-1]

    order = points[np.lexsort((points[:, 1], points[:, 0]))]
    ring = np.array(chain(order) + chain(order[::-1]))
    after = np.roll(ring, -1, axis=0)
    return abs(float((ring[:, 0] * after[:, 1] - ring[:, 1] * after[:, 0]).sum())) / 2


@pytest.mark.parametrize("kind", [SEDAN, BUS])
@pytest.mark.parametrize("heading", [0.0, 0.5, 1.57, 2.4, 3.14, -1.2])
def test_a_car_is_closed_from_all_sides(kind, heading):
    """What is seen of a body nearly fills the hull of its corners; a missing face would leave a hole."""
    from vizwidgets.data.scenes.bodies import body

    size = (192, 256)
    for x in (-3.0, 0.0, 3.0):
        canvas, car = one_car(kind, heading, x)
        corners = CAMERA.project(car.place(body(kind).corners), size)
        area = float((canvas.drawing(size).label_image == CAR).sum())
        assert 0.80 < area / hull_area(corners) < 1.08
