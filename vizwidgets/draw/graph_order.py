"""The order of nodes within the layers of a graph, and their heights."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

Place = tuple[int, int]  # layer, node: where a node stands, or where its wire passes
Layers = list[list[Place]]
SWEEPS, ROUNDS = 8, 40
ROW, PASS = 70.0, 46.0  # between two nodes, and between a node and a wire that passes, or two of these
SWEEP_LIMIT = 1500  # places; beyond that the order of reading stays


class Places:
    """Places in layers, each layer in order, and the wires between neighbouring layers."""

    def __init__(self, layers: Mapping[int, int], edges: Iterable[tuple[int, int]]) -> None:
        self.is_node = {(layer, node) for node, layer in layers.items()}
        self.before: dict[Place, list[Place]] = {}
        self.after: dict[Place, list[Place]] = {}
        for start, end in edges:
            here = (layers[start], start)
            for layer in range(layers[start] + 1, layers[end]):
                here = self._join(here, (layer, start))
            self._join(here, (layers[end], end))
        self.order: Layers = [[] for _ in range(max(layers.values()) + 1)]
        for place in sorted({*self.is_node, *self.before, *self.after}):
            self.order[place[0]].append(place)

    def _join(self, left: Place, right: Place) -> Place:
        if right not in self.after.setdefault(left, []):  # uses in later layers share the way there
            self.after[left].append(right)
            self.before.setdefault(right, []).append(left)
        return right

    def gap(self, above: Place, below: Place) -> float:
        """Return the least distance between two places that stand above each other."""
        return ROW if above in self.is_node and below in self.is_node else PASS


def ordered(layers: Mapping[int, int], edges: Sequence[tuple[int, int]]) -> Places:
    """Order the places of each layer so that few wires cross.

    Parameters
    ----------
    layers : mapping of node to layer
        An edge runs from a lower layer to a higher one.
    edges : sequence of (node, node)
        In the order in which the operands are read.
    """
    places = Places(layers, edges)
    rank = _reading_order(places)
    for layer in places.order:
        layer.sort(key=lambda place: rank[place])
    if sum(map(len, places.order)) > SWEEP_LIMIT:
        return places
    best, fewest = [list(layer) for layer in places.order], crossings(places)
    for sweep in range(SWEEPS):
        if not fewest:
            break
        _sweep(places, is_forward=sweep % 2 == 0)
        if (count := crossings(places)) < fewest:
            best, fewest = [list(layer) for layer in places.order], count
    places.order = best
    return places


def crossings(places: Places) -> int:
    """Count the pairs of wires that cross between two layers."""
    count = 0
    for left, right in zip(places.order, places.order[1:], strict=False):
        at = {place: index for index, place in enumerate(right)}
        ends = [sorted(at[each] for each in places.after.get(place, [])) for place in left]
        flat = [(index, end) for index, row in enumerate(ends) for end in row]
        count += sum(a < b and c > d for a, c in flat for b, d in flat)
    return count


def _reading_order(places: Places) -> dict[Place, float]:
    """Rank each place by the mean rank of what leads to it; what nothing leads to counts as it is read."""
    rank: dict[Place, float] = {}
    uses: dict[Place, list[int]] = {}
    waiting = [(places.order[-1][-1], False)]
    count = 0
    while waiting:  # depth first, without recursion: a graph may be deep
        place, is_done = waiting.pop()
        before = places.before.get(place, [])
        if is_done:
            rank[place] = sum(rank[each] for each in before) / len(before)
        elif before:
            waiting += [(place, True), *((each, False) for each in reversed(before))]
        else:
            count += 1
            uses.setdefault(place, []).append(count)
            rank[place] = sum(uses[place]) / len(uses[place])
    return rank


def _sweep(places: Places, is_forward: bool) -> None:
    neighbours = places.before if is_forward else places.after
    layers = places.order if is_forward else places.order[::-1]
    for fixed, free in zip(layers, layers[1:], strict=False):
        at = {place: index for index, place in enumerate(fixed)}
        here = {place: index for index, place in enumerate(free)}

        def barycenter(place: Place, at: dict[Place, int] = at, here: dict[Place, int] = here) -> float:
            near = [at[each] for each in neighbours.get(place, [])]
            return sum(near) / len(near) if near else here[place]

        free.sort(key=barycenter)


def heights(places: Places) -> dict[Place, float]:
    """Return the height of each place, the topmost at 0: near its neighbours, in order, not too close."""
    height: dict[Place, float] = {}
    for layer in places.order:
        height.update({place: ROW * index for index, place in enumerate(layer)})
    both = {place: [*places.before.get(place, []), *places.after.get(place, [])] for place in height}
    for turn in range(ROUNDS):
        for layer in places.order if turn % 2 else places.order[::-1]:
            _settle(places, layer, height, both)
    for layer in places.order:  # at last each node in the middle of its operands: chains become straight
        if places.is_node.issuperset(layer):
            _settle(places, layer, height, places.before)
    top = min(height.values())
    return {place: round(each - top, 1) for place, each in height.items()}


def _settle(
    places: Places, layer: Sequence[Place], height: dict[Place, float], near: Mapping[Place, list[Place]]
) -> None:
    """Move the places of a layer to the mean heights of those that are near, as far as there is room."""
    wanted = []
    for place in layer:
        others = [height[each] for each in near.get(place, [])]
        wanted.append(sum(others) / len(others) if others else height[place])
    gaps = [places.gap(above, below) for above, below in zip(layer, layer[1:], strict=False)]
    height.update(zip(layer, spread(wanted, gaps), strict=True))


def spread(wanted: Sequence[float], gaps: Sequence[float]) -> list[float]:
    """Return numbers as near to the wanted ones as can be (least squares), each a gap above the one before.

    Examples
    --------
    >>> spread([5.0, 5.0, 20.0], [2.0, 2.0])
    [4.0, 6.0, 20.0]
    """
    offsets = [0.0]
    for gap in gaps:
        offsets.append(offsets[-1] + gap)
    blocks: list[tuple[float, int]] = []  # mean and number of members: what is in conflict moves as one
    for want, offset in zip(wanted, offsets, strict=True):
        mean, count = want - offset, 1
        while blocks and blocks[-1][0] > mean:
            other, members = blocks.pop()
            mean, count = (mean * count + other * members) / (count + members), count + members
        blocks.append((mean, count))
    means = [mean for mean, count in blocks for _ in range(count)]
    return [mean + offset for mean, offset in zip(means, offsets, strict=True)]
