"""The points of a chart's lines as JSON, for read-outs under the pointer (page.js)."""

import json

import numpy as np

from .chart import Axis
from .markup import Markup, tag
from .paths import Drawn, Traces

LESS_THAN = "\\u003c"  # as JSON writes it, so that no name ends the element


def read_out(drawn: Drawn, axis: Axis) -> Markup:
    bands = [[band.name, band.begin, band.end] for band in axis.bands]
    curves = [
        {"name": curve.name, "look": curve.look, "x": _rounded(traces, "x"), "y": _rounded(traces, "y")}
        for curve, traces in drawn
    ]
    data = {"end": axis.end, "unit": axis.unit, "bands": bands, "curves": curves}
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=False)
    return tag("script", Markup(text.replace("<", LESS_THAN)), type="application/json")


def _rounded(traces: Traces, which: str) -> list[float | None]:
    values = np.concatenate([getattr(segment, which) for segment in traces.points])
    return [float(f"{value:.5g}") if np.isfinite(value) else None for value in values.tolist()]
