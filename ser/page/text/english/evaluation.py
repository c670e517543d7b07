"""The Evaluation tab, in English."""

from ser.page.text.english.common import EMOTIONS, number, percent

QUALITY = "How good is it?"
ACCURACY_TITLE = "How often it is right"
PROTOCOLS_TITLE = "What was tried, and why"
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
    "rooms": (
        "In rooms and in noise",
        "The recordings of actors it never heard, as they would sound in a room, in noise, on the "
        "telephone and after strong compression. A laptop at home is nearer to this than a studio.",
    ),
}
CONDITIONS = {
    "room_0.3": "In a small room",
    "room_0.6": "In a reverberant room",
    "noise": "In noise",
    "telephone": "On the telephone",
    "opus": "Strongly compressed",
}
GUESSING = "Guessing"
LISTENERS = "Human listeners"
CONFUSED = "What it mistakes for what"
ACTED, PREDICTED = "acted", "heard"
EACH_EMOTION = "Each emotion"
EACH_ACTOR = "Each actor"
SPEAKER_GROUPS_TITLE = "Different people"
SPEAKER_GROUPS_NOTE = (
    "People recorded elsewhere, by what the collections say of them. A line shows where the true "
    "figure lies 95 times in 100; where lines overlap, a difference may be chance."
)
# In the order in which they are shown; other groups follow under their own names.
SPEAKER_GROUPS = {
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
CONFIDENCE, ACCURACY = "how sure it said it was", "how often it was right"
LIMITS = "What it cannot do"
LIMITS_LIST = (
    "It hears how a voice sounds to a listener. It does not know what a person feels or means.",
    "It learned from actors who spoke set sentences in a studio. Everyday speech is harder.",
    "Calm was acted in one of its five collections only, and elsewhere called neutral. It answers "
    "calm only where a recording resembles those of that collection.",
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
    "CREMA-D: Cao et al. 2014, ODbL 1.0. nEMO: Christop 2024, CC BY-NC-SA 4.0. "
    "CASIA: Chinese Academy of Sciences. AESDD: Vryzas et al. 2018.",
    "The model and its map: CC BY-NC-SA 4.0, not for commercial use. The program: MIT. "
    "No recording of these collections is part of it.",
)
FROM_PROGRAMS = "Use it from your own programs"
FROM_PYTHON = "Python, after pip install gradio_client"
FROM_SHELL = "Any shell with curl"


def accuracy_summary(protocols: dict, emotions: int) -> str:
    """Say how often the answer is right for unknown speakers, of RAVDESS and of CREMA-D.

    protocols: those of metrics.json.
    emotions: how many there are in the training data.
    """
    right = 100 * protocols["actors"]["ua"]
    text = f"Of 100 recordings of actors it never heard, it names the emotion of {right:.0f}; "
    text += f"guessing would be right once in {emotions}."
    if result := protocols.get("cross_corpus", {}).get("crema_d"):
        ua, human_ua = result["unknown_speaker"]["ua"], result["human_listeners"]["ua"]
        text += (
            f" Of 100 from people recorded elsewhere (CREMA-D), {100 * ua:.0f}; people who "
            f"listened to the same recordings agreed with the actor on {100 * human_ua:.0f}."
        )
    return text


def most_frequent_confusion(acted: str, predicted: str, fraction: float) -> str:
    """Say which emotion is most often predicted as which other, and how often."""
    return (
        f"Read a row from left to right: what was acted, then what was heard. The most frequent "
        f"mistake: of {EMOTIONS[acted]} voices, {percent(fraction)} were heard as "
        f"{EMOTIONS[predicted]}."
    )


def best_and_worst_recall(recalls: dict[str, float]) -> str:
    """Say which emotion has the highest recall and which the lowest."""
    best, worst = max(recalls, key=recalls.get), min(recalls, key=recalls.get)
    return (
        f"Most easily heard: {EMOTIONS[best]}, {percent(recalls[best])} of the time. Hardest: "
        f"{EMOTIONS[worst]}, {percent(recalls[worst])}. All from actors it never heard."
    )


def accuracy_range(accuracy: dict[str, float]) -> str:
    """Say between which values the accuracy for single actors lies."""
    return (
        f"It depends on who speaks: from {percent(min(accuracy.values()))} to "
        f"{percent(max(accuracy.values()))} of a person’s recordings. A single voice tells little."
    )


def calibration_error(error: float) -> str:
    """Explain the reliability diagram and give the expected calibration error, 0-1."""
    return (
        f"When it says 70%, it should be right 7 times in 10: then the points lie on the line. "
        f"On average they are {100 * error:.1f} percentage points away."
    )


def counted(part: int, total: int) -> str:
    """Say how many of how many recordings."""
    return f"{number(part)} of {number(total)} recordings"
