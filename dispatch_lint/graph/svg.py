"""A graph as SVG, drawn without a browser or a network."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, NamedTuple

from dispatch_lint.graph.layout import arrange

if TYPE_CHECKING:
    from dispatch_lint.graph.layout import Layout
    from dispatch_lint.graph.model import Edge, Graph, Node

_LETTER = 7.2
"""Pixels that a letter takes, at 13 pixels of height."""
_LINE, _PADDING, _GAP = 18, 12, 22
_SLOT = 17
"""Pixels between the arrows of one box: room for the name of a field above each."""
_BETWEEN = 170
"""Pixels between columns: room for the names of fields."""
_MARGIN = 28
_LONGEST = 40
_STYLE = (
    "text{font:13px ui-sans-serif,system-ui,sans-serif;fill:#1c2733}"
    ".box{fill:#f4f7fb;stroke:#6b7f95;rx:5}.kind{font-weight:600}"
    ".arrow{fill:none;stroke:#7c8ea3;stroke-width:1.3}.label{font-size:11px;fill:#4a5b6d;"
    "paint-order:stroke;stroke:#fff;stroke-width:4px;stroke-linejoin:round}"
    ".broken .box,.arrow.broken{stroke:#c62828;stroke-dasharray:5 3}.broken .box{fill:#fdecec}"
    ".broken text,.label.broken{fill:#c62828}.title{font-size:16px;font-weight:600}"
    ".back{fill:#fff}"
    "@media(prefers-color-scheme:dark){.back{fill:#16202b}text{fill:#e6edf3}"
    ".box{fill:#223142;stroke:#6f8aa8}.label{fill:#b8c7d6;stroke:#16202b}"
    ".broken .box{fill:#43222a}.broken text,.label.broken{fill:#ff8a80}}"
)


class _Box(NamedTuple):
    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        return self.y + self.height / 2


def draw(graph: Graph) -> Iterator[str]:
    """The lines of the file."""
    layout = arrange(graph)
    boxes, width, height = _boxes(graph, layout)
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" role="img" aria-label="{_text(graph.title)}">'
    )
    yield f"<title>{_text(graph.title)}</title><style>{_STYLE}</style>"
    for name, style in (("tip", "#7c8ea3"), ("broken-tip", "#c62828")):
        yield (
            f'<marker id="{name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" '
            f'markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z" fill="{style}"/></marker>'
        )
    yield f'<rect class="back" width="{width:.0f}" height="{height:.0f}"/>'
    yield f'<text class="title" x="{_MARGIN}" y="{_MARGIN + 6}">{_text(graph.title)}</text>'
    slots = _slots(graph, boxes, layout)
    labels = []
    for edge in graph.edges:
        path, label = _arrow(edge, boxes, slots, layout)
        yield path
        labels.append(label)
    for node in graph.nodes:
        yield from _node(node, boxes[node.name])
    yield from labels  # above all lines
    yield "</svg>"


def _boxes(graph: Graph, layout: Layout) -> tuple[dict[str, _Box], float, float]:
    arrows = Counter(edge.source for edge in graph.edges)
    entering = Counter(edge.target for edge in graph.edges)
    sizes = {
        node.name: _size(node, max(arrows[node.name], entering[node.name])) for node in graph.nodes
    }
    for bends in layout.ways.values():
        sizes |= dict.fromkeys(bends, (0.0, 4.0))
    heights = [sum(sizes[name][1] + _GAP for name in column) for column in layout.columns]
    tallest = max(heights, default=0)
    boxes: dict[str, _Box] = {}
    x, top = float(_MARGIN), 2.4 * _MARGIN
    for column, height in zip(layout.columns, heights, strict=True):
        wide = max(sizes[name][0] for name in column)
        # A short column is spread, so that its arrows are short too.
        spread = (tallest - height) / (len(column) + 1)
        y = top + spread
        for name in column:
            width, tall = sizes[name]
            boxes[name] = _Box(x + (wide - width) / 2, y, width, tall)
            y += tall + _GAP + spread
        x += wide + _BETWEEN
    right = max((box.x + box.width for box in boxes.values()), default=0)
    y = top + tallest + (_GAP if boxes else 0)
    x, bottom = float(_MARGIN), y
    limit = max(right, 900)
    for name in layout.alone:
        width, tall = sizes[name]
        if x + width > limit:
            x, y = float(_MARGIN), bottom + _GAP
        boxes[name] = _Box(x, y, width, tall)
        x += width + _GAP
        right, bottom = max(right, x - _GAP), max(bottom, y + tall)
    title = len(graph.title) * _LETTER * 1.3
    return boxes, max(right, title) + _MARGIN, max(bottom, top + tallest) + _MARGIN


def _size(node: Node, arrows: int) -> tuple[float, float]:
    lines = _lines(node)
    width = max(map(len, lines)) * _LETTER + 2 * _PADDING
    return max(width, 70), max(len(lines) * _LINE + _PADDING, arrows * _SLOT)


def _lines(node: Node) -> list[str]:
    return [
        line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
        for line in node.label.split("\n")
    ]


def _slots(
    graph: Graph, boxes: Mapping[str, _Box], layout: Layout
) -> dict[tuple[str, str, str], float]:
    """Where arrows leave and enter boxes, from top to bottom, ordered by where their other ends are."""
    found = {}
    for side in ("source", "target"):
        edges_of: dict[str, list[Edge]] = {}
        for edge in graph.edges:
            edges_of.setdefault(getattr(edge, side), []).append(edge)

        def beyond(edge: Edge, leaving: bool = side == "source") -> tuple[float, str]:
            bends = layout.ways.get((edge.source, edge.target), ())
            far = edge.target if leaving else edge.source
            near = (bends[0] if leaving else bends[-1]) if bends else far
            return boxes[near].middle, far

        for name, edges in edges_of.items():
            box = boxes[name]
            for index, edge in enumerate(sorted(edges, key=beyond)):
                share = (index + 0.5) / len(edges)
                found[edge.source, edge.target, side] = box.y + box.height * share
    return found


def _arrow(
    edge: Edge, boxes: Mapping[str, _Box], slots: Mapping[tuple[str, str, str], float],
    layout: Layout,
) -> tuple[str, str]:  # fmt: skip
    source, target = boxes[edge.source], boxes[edge.target]
    start = (source.x + source.width, slots[edge.source, edge.target, "source"])
    end_y = slots[edge.source, edge.target, "target"]
    if target.x > source.x:
        bends = [boxes[bend] for bend in layout.ways.get((edge.source, edge.target), ())]
        points = [start, *((box.x, box.middle) for box in bends), (target.x - 2, end_y)]
        path = _curve(points)
    else:  # back to the left, or to itself: around the right side
        end = (target.x + target.width + 2, end_y)
        bend = max(start[0], end[0]) + 70
        path = (f"M{start[0]:.0f} {start[1]:.0f}C{bend:.0f} {start[1]:.0f} {bend:.0f} "
                f"{end[1]:.0f} {end[0]:.0f} {end[1]:.0f}")  # fmt: skip
    broken = " broken" if edge.broken else ""
    tip = "broken-tip" if edge.broken else "tip"
    many = " *" if edge.many else ""
    return (
        f'<path class="arrow{broken}" marker-end="url(#{tip})" d="{path}"/>',
        f'<text class="label{broken}" x="{start[0] + 8:.0f}" y="{start[1] - 3:.0f}">'
        f"{_text(_shortened(edge.label))}{many}</text>",
    )


def _curve(points: Sequence[tuple[float, float]]) -> str:
    """A line through points that is horizontal at each of them."""
    x, y = points[0]
    path = f"M{x:.0f} {y:.0f}h{_SLOT}"
    x += _SLOT
    for end_x, end_y in points[1:]:
        bend = (end_x - x) / 2
        path += f"C{x + bend:.0f} {y:.0f} {end_x - bend:.0f} {end_y:.0f} {end_x:.0f} {end_y:.0f}"
        x, y = end_x, end_y
    return path


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _node(node: Node, box: _Box) -> Iterator[str]:
    yield f'<g class="{"broken" if node.broken else "known"}">'
    yield (
        f'<rect class="box" x="{box.x:.0f}" y="{box.y:.0f}" width="{box.width:.0f}" '
        f'height="{box.height:.0f}" rx="5"/>'
    )
    lines = _lines(node)
    top = box.middle - len(lines) * _LINE / 2
    for index, line in enumerate(lines):
        y = top + (index + 0.75) * _LINE
        bold = ' class="kind"' if index == 0 else ""
        yield (
            f'<text{bold} x="{box.x + box.width / 2:.0f}" y="{y:.0f}" text-anchor="middle">'
            f"{_text(line)}</text>"
        )
    yield "</g>"


def _text(text: str) -> str:
    shown = escape("".join(letter if letter.isprintable() else "�" for letter in text))
    return shown.replace("##", "#&#35;")  # the same, and no CI system obeys it
