"""The tab that says how good it is, in English."""

from ser.page.text.english.common import EMOTIONS, number, percent

QUALITY = "How good is it?"
HOW_OFTEN = "How often it is right"
EXPLAINED = "What was tried, and why"
PROTOCOLS = {
    "actors": (
        "Actors it never heard",
        "Four actors at a time are kept away from the training, and the model is tried on them. "
        "This is what you may expect of a new voice in a studio.",
    ),
    "random": (
        "Actors it knows",
        "A fifth of the recordings is kept away, but other recordings of the same actors are not. "
        "Many reports give only this easier figure.",
    ),
    "cross_corpus": (
        "People recorded elsewhere",
        "Everything was learned without one whole collection, and then tried on it. "
        "Other people, rooms and languages: this is the hardest, and nearest to everyday use.",
    ),
}
CORPORA = {"ravdess": "RAVDESS", "crema_d": "CREMA-D", "nemo": "nEMO"}
GUESSING = "Guessing"
LISTENERS = "Human listeners"
CONFUSED = "What it mistakes for what"
ACTED, HEARD = "acted", "heard"
EACH_EMOTION = "Each emotion"
EACH_ACTOR = "Each actor"
PEOPLE = "Different people"
PEOPLE_OVERLAP = (
    "People recorded elsewhere, by what the collections say of them. A line shows where the true "
    "figure lies 95 times in 100; where lines overlap, a difference may be chance."
)
# In the order in which they are shown; other groups follow under their own names.
PEOPLE_GROUPS = {
    "female": "women",
    "male": "men",
    "up to 29": "aged up to 29",
    "30 to 44": "aged 30 to 44",
    "45 and older": "aged 45 and older",
    "African American": "African American",
    "Asian": "Asian",
    "Caucasian": "Caucasian",
    "Hispanic": "Hispanic",
    "Not Hispanic": "Not Hispanic",
}
CALIBRATION = "Whether it knows when it is right"
SURENESS, RIGHTNESS = "how sure it said it was", "how often it was right"
LIMITS = "What it cannot do"
LIMITS_LIST = (
    "It hears how a voice sounds to a listener. It does not know what a person feels or means.",
    "It learned from actors who spoke set sentences in a studio. Everyday speech is harder.",
    "It is not for children, singing or whispering, nor for decisions about anybody.",
)
LAW = "What the law says"
LAW_LIST = (
    "In the European Union it is forbidden to infer people’s emotions at work and in education "
    "(AI Act, Article 5(1)(f)).",
    "Wherever else it is used, the people concerned must be told (AI Act, Article 50(3)).",
)
DATA = "Data and licence"
DATA_LIST = (
    "RAVDESS: Livingstone and Russo 2018, doi 10.5281/zenodo.1188976, CC BY-NC-SA 4.0. "
    "CREMA-D: Cao et al. 2014, ODbL 1.0. nEMO: Christop 2024, CC BY-NC-SA 4.0.",
    "The model and its map: CC BY-NC-SA 4.0, not for commercial use. The program: MIT. "
    "No recording of these collections is part of it.",
)
FROM_PROGRAMS = "Use it from your own programs"
FROM_PYTHON = "Python, after pip install gradio_client"
FROM_SHELL = "Any shell with curl"


def how_often(protocols: dict, emotions: int) -> str:
    """Say how often the answer is right, for strangers in a studio and recorded elsewhere.

    emotions: how many there are in the training data, among which a guess would choose.
    """
    right = 100 * protocols["actors"]["ua"]
    text = f"Of 100 recordings of actors it never heard, it names the emotion of {right:.0f}; "
    text += f"guessing would be right once in {emotions}."
    if elsewhere := protocols.get("cross_corpus", {}).get("crema_d"):
        stranger, people = elsewhere["unknown_speaker"]["ua"], elsewhere["human_listeners"]["ua"]
        text += (
            f" Of 100 from people recorded elsewhere (CREMA-D), {100 * stranger:.0f}; people who "
            f"listened to the same recordings agreed with the actor on {100 * people:.0f}."
        )
    return text


def most_mistaken(emotion: str, label: str, share: float) -> str:
    """Say which emotion is most often taken for which other, and how often."""
    return (
        f"Read a row from left to right: what was acted, then what was heard. The most frequent "
        f"mistake: of {EMOTIONS[emotion]} voices, {percent(share)} were heard as {EMOTIONS[label]}."
    )


def easiest(recalls: dict[str, float]) -> str:
    """Say which emotion is recognised best and which worst."""
    best, worst = max(recalls, key=recalls.get), min(recalls, key=recalls.get)
    return (
        f"Most easily heard: {EMOTIONS[best]}, {percent(recalls[best])} of the time. Hardest: "
        f"{EMOTIONS[worst]}, {percent(recalls[worst])}. All from actors it never heard."
    )


def spread(right: dict[str, float]) -> str:
    """Say how much it depends on who speaks, by actor."""
    return (
        f"It depends on who speaks: from {percent(min(right.values()))} to "
        f"{percent(max(right.values()))} of a person’s recordings. A single voice tells little."
    )


def calibrated(error: float) -> str:
    """Say how far its percentages are off.

    error: the expected calibration error, 0-1.
    """
    return (
        f"When it says 70%, it should be right 7 times in 10: then the points lie on the line. "
        f"On average they are {100 * error:.1f} percentage points away."
    )


def named(corpus: str) -> str:
    """Name a collection of recordings."""
    return CORPORA.get(corpus, corpus)


def counted(right: int, of: int) -> str:
    """Say how many of how many recordings."""
    return f"{number(right)} of {number(of)} recordings"
