"""Plotly's marker symbols as SVG, for what the page draws itself."""

from html import escape

from ser.charts.style import MARKERS

# In a square of 20 by 20 with the origin at its centre.
PATHS = {
    "circle": "M-8 0A8 8 0 1 1 8 0A8 8 0 1 1 -8 0Z",
    "square": "M-7 -7H7V7H-7Z",
    "star": "M0 -9L2.1 -2.9L8.6 -2.8L3.4 1.1L5.3 7.3L0 3.6L-5.3 7.3L-3.4 1.1L-8.6 -2.8L-2.1 -2.9Z",
    "triangle-down": "M0 8L-8.5 -6H8.5Z",
    "triangle-up": "M0 -8L8.5 6H-8.5Z",
    "x": "M0 -3.6L4 -7.6L7.6 -4L3.6 0L7.6 4L4 7.6L0 3.6L-4 7.6L-7.6 4L-3.6 0L-7.6 -4L-4 -7.6Z",
    "cross": "M-2.6 -8H2.6V-2.6H8V2.6H2.6V8H-2.6V2.6H-8V-2.6H-2.6Z",
    "diamond": "M0 -9L9 0L0 9L-9 0Z",
}


def svg(label: str) -> str:
    """Return an emotion's symbol in its colour; a style sheet sets the size."""
    marker = MARKERS[label]
    return (
        f'<svg class="symbol" viewBox="-10 -10 20 20" fill="{escape(marker.colour)}" '
        f'aria-hidden="true"><path d="{PATHS[marker.symbol]}"/></svg>'
    )
