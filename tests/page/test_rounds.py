"""Rounds of acting without a browser: the steps, what is taught when, and the texts shown."""

from html.parser import HTMLParser

import numpy as np
import pytest

from ser.models.classifier import Features
from ser.models.speaker import LabelledClip
from ser.page.session import SessionSpeaker
from ser.page.tabs import act
from ser.page.teaching import round_html, voice_line
from ser.page.teaching.rounds import Acting, Take
from ser.page.text import ENGLISH as words

EMOTIONS = ("neutral", "happy", "sad")


def take(emotion, predicted="sad"):
    features = Features(np.zeros((1, 4), np.float32), np.zeros((1, 3)), np.zeros((1, 1)))
    return Take(LabelledClip(emotion, features), predicted, 0.4, (0.3, 0.6))


class Session:
    """A visitor who records and clicks, with the state of both."""

    def __init__(self):
        self.acting, self.speaker = Acting.start(EMOTIONS), SessionSpeaker()

    def record(self, predicted="sad"):
        emotion = self.acting.round.current
        self.acting = self.acting.with_round(self.acting.round.record(take(emotion, predicted)))

    def click(self, name, emotion=""):
        changed = act.step(self.acting, name, emotion)
        self.speaker = act.teach(self.speaker, self.acting, changed)
        self.acting = changed

    def act_round(self, predicted="sad"):
        while not self.acting.round.finished:
            self.record(predicted)
            self.click("next")

    @property
    def taught(self):
        return [clip.emotion for clip in self.speaker.after.labelled]


@pytest.fixture
def session():
    return Session()


def test_a_round_is_taught_when_it_ends_and_not_before(session):
    for emotion in EMOTIONS:
        assert session.acting.round.current == emotion and session.taught == []
        session.record()
        assert session.acting.round.current == emotion
        session.click("next")
    assert session.acting.round.finished and session.acting.round.n_right == 1
    assert session.taught == list(EMOTIONS)
    assert [clip.emotion for clip in session.speaker.before.labelled] == list(EMOTIONS)
    session.click("finish")
    session.click("next")
    assert session.taught == list(EMOTIONS)


def test_a_skipped_emotion_is_not_asked_for_again_but_can_be_chosen(session):
    session.click("skip")
    assert session.acting.round.current == "happy"
    session.record()
    session.click("choose", "neutral")
    session.record("neutral")
    session.click("next")
    assert session.acting.round.current == "sad"
    session.click("skip")
    assert session.acting.round.finished and session.taught == ["happy", "neutral"]


def test_a_repeated_recording_replaces_the_first(session):
    session.record("happy")
    session.click("again")
    assert session.acting.round.current == "neutral" and not session.acting.round.takes
    session.record("neutral")
    session.record("sad")
    assert [each.predicted for each in session.acting.round.takes] == ["sad"]


def test_a_removed_recording_is_asked_for_again(session):
    for _ in range(2):
        session.record()
        session.click("next")
    session.click("remove", "neutral")
    session.record()
    session.click("next")
    assert session.acting.round.current == "neutral" and not session.acting.round.finished


def test_a_recording_removed_after_the_round_is_forgotten(session):
    session.act_round()
    session.click("choose", "sad")
    assert session.acting.round.finished
    session.click("remove", "happy")
    assert session.taught == ["neutral", "sad"] and len(session.acting.round.takes) == 2
    for emotion in ("neutral", "sad"):
        session.click("remove", emotion)
    assert session.taught == [] and len(session.acting.rounds) == 1
    assert session.acting.round.current == EMOTIONS[0]


def test_a_round_without_recordings_starts_again(session):
    for _ in EMOTIONS:
        session.click("skip")
    assert session.acting.round.current == EMOTIONS[0] and not session.acting.round.skipped
    assert session.taught == []


def test_a_second_round_teaches_its_own_recordings_too(session):
    session.act_round()
    session.click("another")
    assert session.acting.round.current == EMOTIONS[0] and session.taught == list(EMOTIONS)
    session.click("another")
    assert len(session.acting.rounds) == 2
    session.record()
    session.click("finish")
    assert session.taught == [*EMOTIONS, EMOTIONS[0]]
    session.click("remove", EMOTIONS[0])
    assert session.taught == list(EMOTIONS)


@pytest.mark.parametrize(
    ("name", "emotion"), [("", ""), ("choose", "hungry"), ("remove", "hungry"), ("finish", "")]
)
def test_a_click_that_the_page_does_not_offer_changes_nothing(session, name, emotion):
    session.record()
    session.click("remove", "neutral")
    session.click(name, emotion)
    assert session.acting.round.current == "neutral" and session.taught == []


def test_a_corrected_recording_and_acted_ones_are_kept_apart(session):
    session.act_round()
    features = take("sad").clip.features
    before = session.speaker.after
    session.speaker = SessionSpeaker(before, before.teach("sad", features), 0, features, "sad")
    assert [c.emotion for c in session.speaker.correct("happy").after.labelled] == [
        *EMOTIONS,
        "happy",
    ]
    session.click("remove", "sad")
    assert session.taught == ["neutral", "happy", "sad"]
    assert [clip.emotion for clip in session.speaker.before.labelled] == ["neutral", "happy"]


class Buttons(HTMLParser):
    """Collects the names of the buttons of some HTML."""

    def __init__(self, html):
        super().__init__()
        self.names = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        """Note a button."""
        if tag == "button":
            self.names.append(dict(attributes)["name"])


def shown(acting):
    parts = (round_html.prompt, round_html.answer, round_html.overview)
    return [part(words, acting) for part in parts]


def test_what_is_shown_follows_the_state(session):
    prompt, answer, overview = shown(session.acting)
    assert words.SOUNDS["neutral"] in prompt and words.act_progress(1, 3) in prompt
    assert answer == "" and Buttons(prompt).names == ["skip"]
    assert Buttons(overview).names == ["choose"] * 3
    session.record("sad")
    prompt, answer, overview = shown(session.acting)
    assert Buttons(prompt).names == [] and Buttons(answer).names == ["next", "again"]
    assert words.percent(0.4) in answer and words.act_wrong(words.SOUNDS["neutral"]) in answer
    assert Buttons(overview).names == ["choose", "remove", "choose", "choose", "finish"]
    session.click("next")
    session.act_round()
    prompt, answer, overview = shown(session.acting)
    assert Buttons(prompt).names == ["another", "card"]
    assert Buttons(overview).names == ["remove"] * 3
    assert words.act_score(1, 3) in prompt and answer.count("<table>") == 1
    session.click("another")
    session.act_round("happy")
    session.click("another")
    session.act_round("neutral")
    prompt, answer, _ = shown(session.acting)
    assert words.act_first_score(1, 3) in prompt and answer.count("<table>") == 2
    assert words.act_round(3, 1, 3) in answer and words.act_round(2, 1, 3) not in answer


def test_the_next_round_has_the_other_sentence(session):
    first = round_html.prompt(words, session.acting)
    session.act_round()
    session.click("another")
    second = round_html.prompt(words, session.acting)
    one, other = words.ACT_SENTENCES
    assert one in first and other not in first and other in second and one not in second


def test_the_line_says_what_is_known(session):
    assert voice_line.line(words, session.speaker) == ""
    unlabelled = session.speaker.after.update(np.ones(4), np.ones(8) / 8)
    speaker = SessionSpeaker(unlabelled, unlabelled)
    assert words.recordings_used(1) in voice_line.line(words, speaker)
    assert voice_line.line(words, speaker, only_labelled=True) == ""
    taught = speaker.teach([take("sad").clip])
    assert words.knows_voice(2) in voice_line.line(words, taught)
    assert words.knows_voice(1) in voice_line.line(words, taught, only_labelled=True)
    assert words.FORGET in voice_line.line(words, taught)
