"""Speech emotion recognition: a person speaks, and sees which emotion the voice carries.

from ser import Recognizer

recognizer = Recognizer.load()
analysis = recognizer.analyse("voice.wav")
print(analysis.label, analysis.probabilities)
"""

from ser.errors import SerError

__all__ = ["Recognizer", "SerError"]


def __getattr__(name: str):
    """Import `Recognizer`, and with it torch, when it is first used."""
    if name != "Recognizer":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from ser import folders

    folders.prepare()
    from ser.recognizer import Recognizer

    globals()[name] = Recognizer
    return Recognizer
