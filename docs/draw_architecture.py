"""Draw docs/architecture.svg: the folders of repro/ and who imports whom, from the imports as they are.

An arrow points from a folder to one that it imports. Arrows that follow from others are left out: if report imports
analyse and analyse imports spec, then report may import spec too. `python docs/draw_architecture.py` writes the file.
"""

from __future__ import annotations

import ast
import itertools
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FIGURE = ROOT / "docs" / "architecture.svg"
WIDTH, BOX_HEIGHT, ROW_HEIGHT, MARGIN = 400, 34, 76, 14
MOST_BOX_WIDTH = 92

STYLE = """
  .page { fill: #ffffff }
  .box { fill: #eef3f8; stroke: #33587a; stroke-width: 1.2 }
  .arrow { fill: none; stroke: #4a6076; stroke-width: 1.3 }
  .head { fill: #4a6076 }
  text { fill: #16293b; font: 600 14px system-ui, sans-serif; text-anchor: middle }
  @media (prefers-color-scheme: dark) {
    .page { fill: #11181f }
    .box { fill: #1f2f3e; stroke: #8fb4d6 }
    .arrow { stroke: #9db4c8 }
    .head { fill: #9db4c8 }
    text { fill: #eaf2f9 }
  }
"""


def imported(path: Path) -> set[str]:
    """Return the modules of repro that a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {item.name for item in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module == "repro":
            found |= {f"repro.{item.name}" for item in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return {name for name in found if name.startswith("repro.")}


def folder_of(module: str) -> str:
    """Return what stands directly below repro: a folder, or a module without one."""
    return module.split(".")[1]


def imports(package: Path) -> dict[str, set[str]]:
    """Return of each folder of the package which others it imports; `__main__` alone is left out."""
    found: dict[str, set[str]] = {}
    for path in sorted(package.rglob("*.py")):
        name = path.relative_to(package).parts[0].removesuffix(".py")
        if name not in ("__init__", "__main__"):
            found.setdefault(name, set()).update(folder_of(module) for module in imported(path))
    return {name: others - {name} for name, others in found.items()}


def below(name: str, graph: dict[str, set[str]]) -> set[str]:
    """Return every folder that one reaches from `name`."""
    return graph[name].union(*(below(other, graph) for other in graph[name]))


def without_implied(graph: dict[str, set[str]]) -> dict[str, set[str]]:
    """Leave out each import that follows from others."""
    return {
        name: {other for other in others if not any(other in below(between, graph) for between in others - {other})}
        for name, others in graph.items()
    }


def heights(graph: dict[str, set[str]]) -> dict[str, int]:
    """Return of each folder the length of the longest chain of imports below it."""
    found: dict[str, int] = {}
    while len(found) < len(graph):
        for name, others in graph.items():
            if name not in found and others <= found.keys():
                found[name] = 1 + max((found[other] for other in others), default=-1)
    return found


def rows_of(graph: dict[str, set[str]]) -> tuple[list[list[str]], list[list[str]]]:
    """Return the rows from the top, and each arrow as what it passes: a place "a>b" in each row between its ends."""
    height = heights(graph)
    rows: list[list[str]] = [[] for _ in range(max(height.values()) + 1)]
    for name in sorted(graph):
        rows[height[name]].append(name)
    arrows = []
    for name, others in sorted(graph.items()):
        for other in sorted(others):
            between = [(f"{name}>{other}", level) for level in range(height[name] - 1, height[other], -1)]
            for place, level in between:
                rows[level].append(place)
            arrows.append([name, *(place for place, _ in between), other])
    return rows[::-1], arrows


def centers(row: list[str]) -> dict[str, float]:
    """Spread a row over the width; a place where an arrow passes takes less than a box."""
    weights = [0.35 if ">" in name else 1.0 for name in row]
    unit = (WIDTH - 2 * MARGIN) / sum(weights)
    ends = itertools.accumulate(weights)
    return {name: MARGIN + unit * (end - weight / 2) for name, end, weight in zip(row, ends, weights, strict=True)}


def cost(rows: list[list[str]], arrows: list[list[str]]) -> tuple[int, float]:
    """Return how many arrows cross, and how far they lead sideways."""
    x = {name: place for row in rows for name, place in centers(row).items()}
    steps = [(a, b) for arrow in arrows for a, b in itertools.pairwise(arrow)]
    row_of = {name: number for number, row in enumerate(rows) for name in row}
    crossings = sum(
        (x[a] - x[c]) * (x[b] - x[d]) < 0 for (a, b), (c, d) in itertools.combinations(steps, 2) if row_of[a] == row_of[c]
    )
    return crossings, sum(abs(x[a] - x[b]) for a, b in steps)


def ordered(rows: list[list[str]], arrows: list[list[str]]) -> list[list[str]]:
    """Order each row so that few arrows cross: the best order of one row after the other, until none gets better."""
    best = cost(rows, arrows)
    while True:
        before = best
        for number in range(len(rows)):
            for order in itertools.permutations(rows[number]):
                tried = [*rows[:number], list(order), *rows[number + 1 :]]
                if (found := cost(tried, arrows)) < best:
                    best, rows = found, tried
        if best == before:
            return rows


def path_of(points: list[tuple[float, float]]) -> str:
    """Return a smooth line that leaves and reaches each point from above or below."""
    text = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    for (x0, y0), (x1, y1) in itertools.pairwise(points):
        middle = (y0 + y1) / 2
        text += f" C{x0:.1f} {middle:.1f} {x1:.1f} {middle:.1f} {x1:.1f} {y1:.1f}"
    return text


def drawing(package: Path = ROOT / "repro") -> str:
    """Return the figure as SVG."""
    graph = without_implied(imports(package))
    rows, arrows = rows_of(graph)
    rows = ordered(rows, arrows)
    x = {name: place for row in rows for name, place in centers(row).items()}
    y = {name: MARGIN + number * ROW_HEIGHT for number, row in enumerate(rows) for name in row}
    height = 2 * MARGIN + (len(rows) - 1) * ROW_HEIGHT + BOX_HEIGHT
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH * 3 // 2}" '
        f'height="{height * 3 // 2}" role="img">',
        "<title>Folders of repro; an arrow points to what is imported</title>",
        f"<style>{STYLE}</style>",
        '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path class="head" d="M0 0L8 4L0 8z"/></marker></defs>',
        f'<rect class="page" width="{WIDTH}" height="{height}" rx="6"/>',
    ]
    for arrow in arrows:
        points = [(x[arrow[0]], y[arrow[0]] + BOX_HEIGHT)]
        for place in arrow[1:-1]:
            points += [(x[place], y[place]), (x[place], y[place] + BOX_HEIGHT)]
        lines.append(f'<path class="arrow" marker-end="url(#head)" d="{path_of([*points, (x[arrow[-1]], y[arrow[-1]])])}"/>')
    for row in rows:
        names = [name for name in row if ">" not in name]
        width = min(MOST_BOX_WIDTH, (WIDTH - 2 * MARGIN) / len(names) * 0.9)
        for name in names:
            left = x[name] - width / 2
            lines.append(f'<rect class="box" x="{left:.1f}" y="{y[name]}" width="{width:.1f}" height="{BOX_HEIGHT}" rx="5"/>')
            lines.append(f'<text x="{x[name]:.1f}" y="{y[name] + BOX_HEIGHT / 2 + 5:.1f}">{name}</text>')
    return "\n".join([*lines, "</svg>", ""])


if __name__ == "__main__":
    FIGURE.write_text(drawing(), encoding="utf-8")
