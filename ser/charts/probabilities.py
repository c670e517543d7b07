"""How every chart looks, and the bars of an answer.

An emotion has the same colour and the same marker in every chart. Backgrounds are transparent
and the page's style sheet colours text and outlines, so a figure serves light and dark alike.

`words` is the page's table of words in one language: EMOTIONS (label -> word) and
`percent(share)`.
"""

from dataclasses import dataclass

import plotly.graph_objects as go

from ser.labels import LABELS

BARS_HEIGHT = 178  # px
LETTER = 9  # px that a letter of a bar's name takes at most, about
FAINT = 0.42  # opacity of what is not the answer


@dataclass(frozen=True)
class Marker:
    """How an emotion is drawn: a CSS colour and a Plotly marker symbol."""

    colour: str
    symbol: str


# Found by search: to people with protanopia, deuteranopia, tritanopia or full colour vision any two
# of them look as different as hues that fit the emotions allow, and each has a lightness of its
# own, so that a print without colours tells them apart too.
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


def bars(words, probabilities=None) -> go.Figure:
    """Draw the eight probabilities in label order, or eight empty tracks before the first clip."""
    names = [words.EMOTIONS[label] for label in LABELS]
    colours = [MARKERS[label].colour for label in LABELS]
    shares = [probabilities[label] for label in LABELS] if probabilities else [0.0] * len(LABELS)
    best = max(shares)
    texts = [words.percent(share) if probabilities else "" for share in shares]
    figure = go.Figure()
    figure.add_bar(x=[1] * len(names), y=names, marker_color="rgba(128, 128, 128, 0.13)")
    figure.add_bar(
        x=shares,
        y=names,
        orientation="h",
        marker={"color": colours, "opacity": [1 if share == best else FAINT for share in shares]},
    )
    figure.add_scatter(
        x=[-0.05] * len(names),
        y=names,
        mode="markers",
        marker={
            "color": colours,
            "symbol": [MARKERS[label].symbol for label in LABELS],
            "size": 10,
        },
    )
    figure.add_scatter(
        x=[1.02] * len(names),
        y=names,
        mode="text",
        text=[
            f"<b>{text}</b>" if share == best else text
            for text, share in zip(texts, shares, strict=True)
        ],
        textposition="middle right",
        textfont_size=14,
    )
    figure.update_traces(orientation="h", width=0.56, selector={"type": "bar"})
    figure.update_traces(hoverinfo="skip")
    figure.update_xaxes(visible=False, range=[-0.09, 1.22], fixedrange=True)
    figure.update_yaxes(
        autorange="reversed",
        fixedrange=True,
        showgrid=False,
        ticks="",
        tickfont_size=14,
        ticktext=[
            f"<b>{name}</b>" if probabilities and share == best else name
            for name, share in zip(names, shares, strict=True)
        ],
        tickvals=names,
    )
    left = LETTER * max(map(len, names))
    margin = {"t": 0, "b": 0, "l": left, "r": 0}
    figure.update_layout(barmode="overlay", height=BARS_HEIGHT, margin=margin)
    return plain(figure)


def plain(figure: go.Figure) -> go.Figure:
    """Leave out what would need an explanation: legend, tools, backgrounds, zooming."""
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
