"""The style that all figures of the page share.

An emotion has the same colour and the same marker in every figure. Backgrounds are transparent
and the page's style sheet sets the colours of text and outlines, so one figure serves the light
and the dark theme.
"""

from dataclasses import dataclass

import plotly.graph_objects as go

FAINT = 0.42  # opacity of what is not the answer
ACCENT = "#6366f1"  # of what concerns no emotion
TRACK = "rgba(128, 128, 128, 0.13)"  # behind bars, and grid lines
LINE = "rgba(128, 128, 128, 0.6)"  # error bars and reference lines


@dataclass(frozen=True)
class Marker:
    """How an emotion is drawn: a CSS colour and a Plotly marker symbol."""

    colour: str
    symbol: str


# By a search: any two differ as much as hues that fit the emotions allow, with protanopia,
# deuteranopia, tritanopia and full colour vision; and each has a lightness of its own, so that
# they also differ in a print without colours.
MARKERS = {
    "neutral": Marker("#96858b", "circle"),
    "calm": Marker("#61be85", "square"),
    "happy": Marker("#e4ae33", "star"),
    "sad": Marker("#5658fd", "triangle-down"),
    "angry": Marker("#98272d", "triangle-up"),
    "fearful": Marker("#874196", "x"),
    "disgust": Marker("#2a9446", "cross"),
    "surprised": Marker("#c574c3", "diamond"),
}


def plain(figure: go.Figure) -> go.Figure:
    """Remove legend, toolbar, backgrounds and zooming; return the same figure."""
    return figure.update_layout(
        template="none",
        showlegend=False,
        dragmode=False,
        hovermode="closest",
        paper_bgcolor="rgba(0, 0, 0, 0)",
        plot_bgcolor="rgba(0, 0, 0, 0)",
        font={"family": "inherit", "color": "#808080"},
        hoverlabel={"align": "left"},
    )
