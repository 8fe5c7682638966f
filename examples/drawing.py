"""A graph without circles as SVG: floors, arrows downward, each around the rooms between.

The ways are those of Sugiyama, Tagawa and Toda (1981): floors by the longest way, bends on the
floors that an arrow passes, order by the average of the neighbours.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from html import escape
from itertools import pairwise

LETTER = 7.3
"""Width of a letter of the labels, in pixels."""

HEIGHT, GAP, FLOOR, MARGIN = 30, 18, 88, 24
"""Of a room, between rooms, from floor to floor, and around all, in pixels."""

ROUNDS = 40
"""How often the floors are ordered and moved by their neighbours; it settles long before."""

STYLE = """
.ground { fill: #fbfaf7 } .room { fill: #fff; stroke: #6b675f } .package { fill: #e6efee }
.name { font: 12px ui-monospace, Menlo, Consolas, monospace; fill: #1f1d1a; text-anchor: middle }
.arrow { fill: none; stroke: #1d6b66; stroke-opacity: 0.5; stroke-width: 1.2 }
marker path { fill: #1d6b66 }
"""

Graph = Mapping[str, Collection[str]]
Bend = tuple[str, str, int]
"""Where an arrow, from a room to a room, passes a floor between them."""

Stop = str | Bend


def svg(graph: Graph, labels: Mapping[str, str], packages: Collection[str]) -> str:
    """The drawing. An arrow that follows from others is left out: it would only hide them.

    Raises:
        ValueError: when the graph has a circle.
    """
    ways = _ways(graph)
    rows = _rows(graph, ways)
    at = _places(rows, ways, labels)
    left = min(x - _width(stop, labels) / 2 for stop, x in at.items())
    right = max(x + _width(stop, labels) / 2 for stop, x in at.items())
    where = {
        stop: (at[stop] - left + MARGIN, MARGIN + number * FLOOR)
        for number, row in enumerate(rows)
        for stop in row
    }
    width, height = right - left + 2 * MARGIN, 2 * MARGIN + (len(rows) - 1) * FLOOR + HEIGHT
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}" '
            f'width="{width:.0f}" height="{height}" role="img">',
            f"<style>{STYLE}</style>",
            '<marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
            'markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z"/></marker>',
            f'<rect class="ground" width="{width:.0f}" height="{height}"/>',
            *(_arrow([where[stop] for stop in way]) for way in ways),
            *(
                _room(labels[name], *where[name], package=name in packages)
                for name in sorted(graph)
            ),
            "</svg>\n",
        ]
    )


def _width(stop: Stop, labels: Mapping[str, str]) -> float:
    return len(labels[stop]) * LETTER + 18 if isinstance(stop, str) else 2


def _room(label: str, x: float, y: float, *, package: bool) -> str:
    wide = len(label) * LETTER + 18
    return (
        f'<rect class="room{" package" if package else ""}" x="{x - wide / 2:.0f}" y="{y}" '
        f'width="{wide:.0f}" height="{HEIGHT}" rx="5"/>'
        f'<text class="name" x="{x:.0f}" y="{y + 20}">{escape(label)}</text>'
    )


def _arrow(points: list[tuple[float, float]]) -> str:
    """A curve through the points; it crosses a floor upright."""
    x, y = points[0][0], points[0][1] + HEIGHT
    path = f"M{x:.0f} {y}"
    for to_x, to_y in points[1:]:
        bend = (to_y - y) / 2
        path += f"C{x:.0f} {y + bend:.0f} {to_x:.0f} {to_y - bend:.0f} {to_x:.0f} {to_y}"
        x, y = to_x, to_y
        if (to_x, to_y) != points[-1]:
            y += HEIGHT
            path += f"V{y}"
    return f'<path class="arrow" marker-end="url(#tip)" d="{path}"/>'


def _depths(graph: Graph) -> dict[str, int]:
    """How many arrows the longest way to each room from the top has."""
    users = {name: [other for other in graph if name in graph[other]] for name in graph}
    depths: dict[str, int] = {}
    while len(depths) < len(graph):
        ready = [n for n in graph if n not in depths and all(u in depths for u in users[n])]
        if not ready:
            raise ValueError(f"There is a circle among {sorted(graph.keys() - depths.keys())}.")
        depths |= {n: max((depths[u] + 1 for u in users[n]), default=0) for n in ready}
    return depths


def _ways(graph: Graph) -> list[list[Stop]]:
    """The arrows that are drawn, each from its room over its bends to its room."""
    depths = _depths(graph)
    return [
        [name, *((name, to, floor) for floor in range(depths[name] + 1, depths[to])), to]
        for name in sorted(graph)
        for to in sorted(_direct(graph, name))
    ]


def _direct(graph: Graph, name: str) -> set[str]:
    """The arrows of a room that do not follow from its others."""
    found = set(graph[name])
    waiting, seen = [to for other in graph[name] for to in graph[other]], set[str]()
    while waiting:
        far = waiting.pop()
        if far not in seen:
            seen.add(far)
            found.discard(far)
            waiting += graph[far]
    return found


def _rows(graph: Graph, ways: list[list[Stop]]) -> list[list[Stop]]:
    """The stops of each floor, from the top, in an order in which few arrows cross."""
    depths = _depths(graph)
    rows: list[list[Stop]] = [[] for _ in range(max(depths.values()) + 1)]
    for name in sorted(graph):
        rows[depths[name]].append(name)
    for way in ways:
        for stop in way[1:-1]:
            rows[int(stop[2])].append(stop)
    beside = _neighbours(ways)
    for _ in range(ROUNDS):
        for row in rows:
            at = {stop: (n + 1) / (len(r) + 1) for r in rows for n, stop in enumerate(r)}
            row.sort(key=lambda stop: (_middle(stop, beside, at), at[stop]))
    return rows


def _neighbours(ways: list[list[Stop]]) -> dict[Stop, list[Stop]]:
    found: dict[Stop, list[Stop]] = {}
    for way in ways:
        for upper, lower in pairwise(way):
            found.setdefault(upper, []).append(lower)
            found.setdefault(lower, []).append(upper)
    return found


def _middle(stop: Stop, beside: Mapping[Stop, list[Stop]], at: Mapping[Stop, float]) -> float:
    found = beside.get(stop, [stop])
    return sum(at[other] for other in found) / len(found)


def _places(
    rows: list[list[Stop]], ways: list[list[Stop]], labels: Mapping[str, str]
) -> dict[Stop, float]:
    """The middle of each stop: as near to its neighbours as the others on its floor let it."""
    beside = _neighbours(ways)
    at = {stop: float(number) for row in rows for number, stop in enumerate(row)}
    for _ in range(ROUNDS):
        for row in rows:
            wanted = {stop: _middle(stop, beside, at) for stop in row}
            x, right = {}, float("-inf")
            for stop in row:
                half = _width(stop, labels) / 2
                x[stop] = max(wanted[stop], right + half)
                right = x[stop] + half + GAP
            shift = sum(wanted[stop] - x[stop] for stop in row) / len(row)
            at |= {stop: place + shift for stop, place in x.items()}
    return at
