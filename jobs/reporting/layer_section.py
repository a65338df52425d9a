"""Heat maps of layers by steps: how each task's gradient lies to the judging one in each layer, and its weights there.

A cell is a unit square of an SVG that stretches with the page. Cells of one shade are one path, so that a picture of
some hundred cells stays light.
"""

import numpy as np

from .layers import Picture, cosine_pictures, weight_pictures
from .markup import Markup, join, tag
from .runs import Run
from .wording import count, short

ROW_HEIGHT = 16  # [px]
SHADES = 10  # of each colour


def layer_section(run: Run) -> Markup | None:
    """None where the log holds nothing of layers (weighting.log_layers, weighting.per = layer)."""
    parts = [
        part
        for title, pictures in (("Cosine by layer", cosine_pictures(run)), ("Weight by layer", weight_pictures(run)))
        if (part := _part(title, pictures))
    ]
    return join(parts) if parts else None


def _part(title: str, pictures: list[Picture]) -> Markup | None:
    """Pictures of one scale, so that tasks can be compared."""
    if not pictures:
        return None
    largest = max(float(np.nanmax(np.abs(picture.values))) for picture in pictures)
    negative = any(bool(np.nanmin(picture.values) < 0) for picture in pictures)
    words = f"Upper rows are nearer to the output. The darkest shade is {short(largest)} in all pictures. "
    words += "Blue is positive, orange negative. " if negative else ""
    words += "At the right: means over all steps."
    drawn = tag("div", (_figure(picture, largest) for picture in pictures), class_="charts")
    return join(tag("h3", title), tag("p", words, class_="note"), drawn)


def _figure(picture: Picture, largest: float) -> Markup:
    height = f"height:{ROW_HEIGHT * len(picture.layers)}px"
    names = tag("div", (tag("span", layer, title=layer) for layer in picture.layers), class_="names")
    means = tag("div", (tag("span", short(float(mean))) for mean in picture.means), class_="means")
    steps = (tag("span", f"step {count(picture.steps[0])}"), tag("span", count(picture.steps[-1])))
    grid = tag("div", names, _cells(picture, largest), means, class_="layers", style=height)
    return tag(
        "figure", tag("figcaption", tag("h4", picture.title)), grid, tag("div", steps, class_="span"), class_="chart"
    )


def _cells(picture: Picture, largest: float) -> Markup:
    rows, columns = picture.values.shape
    shades: dict[tuple[str, int], list[str]] = {}
    for (row, column), value in np.ndenumerate(picture.values):
        shade = round(SHADES * abs(float(value)) / largest) if np.isfinite(value) and largest > 0 else 0
        if shade:
            shades.setdefault(("up" if value > 0 else "down", shade), []).append(f"M{column},{row}h1v1h-1z")
    paths = [
        tag("path", class_=kind, d="".join(cells), fill_opacity=f"{shade / SHADES:.1f}")
        for (kind, shade), cells in sorted(shades.items())
    ]
    words = f"{picture.title}: {rows} layers, {columns} columns of steps"
    view = {"viewBox": f"0 0 {columns} {rows}", "preserveAspectRatio": "none"}
    return tag("svg", paths, role="img", aria_label=words, **view)
