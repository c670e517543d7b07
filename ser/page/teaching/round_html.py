"""The HTML of the Act it tab: a prompt, the answer to a take, the round and its score."""

from html import escape

from ser.page import symbols
from ser.page.tabs import answers
from ser.page.teaching import card
from ser.page.teaching.rounds import Acting, Round
from ser.page.text import Words


def prompt(words: Words, acting: Acting) -> str:
    """Return the emotion to act and the sentence to say; the score after the round."""
    round_ = acting.round
    if round_.finished:
        return _score(words, acting)
    number = round_.emotions.index(round_.current)
    sentences = words.ACT_SENTENCES
    # Both sentences in every round, and in the next round the other one for each emotion.
    sentence = sentences[(number + len(acting.rounds) - 1) % len(sentences)]
    skip = "" if round_.take(round_.current) else _button("skip", words.ACT_SKIP, "quiet")
    return (
        f'<div class="prompt" {answers.emotion_style(round_.current)}>'
        f'<p class="number">{words.act_progress(number + 1, len(round_.emotions))}</p>'
        f"<p>{words.ACT_HOW}</p>"
        f'<p class="emotion">{symbols.svg(round_.current)}'
        f"<strong>{words.SOUNDS[round_.current]}</strong></p>"
        f'<p class="say">{sentence}</p>'
        f'<p class="own">{words.ACT_OWN} {skip}</p></div>'
    )


def answer(words: Words, acting: Acting) -> str:
    """Return what was heard of the current emotion, or the confusion matrices after the round."""
    round_ = acting.round
    if round_.finished:
        return _confusions(words, acting)
    take = round_.take(round_.current)
    if not take:
        return ""
    sentence = answers.with_emotions(words, words.act_heard(take.probability), [take.predicted])
    remark = words.ACT_RIGHT if take.right else words.act_wrong(words.SOUNDS[take.emotion])
    return (
        f'<div class="heard"><p class="verdict">{symbols.svg(take.predicted)}'
        f'<span>{sentence}</span></p><p class="remark">{remark}</p>'
        f'<p class="buttons">{_button("next", words.ACT_NEXT, "primary")}'
        f"{_button('again', words.ACT_AGAIN, 'secondary')}</p></div>"
    )


def overview(words: Words, acting: Acting) -> str:
    """Return the list of the round's emotions, each with what was heard of it."""
    round_ = acting.round
    rows = "".join(_row(words, round_, emotion) for emotion in round_.emotions)
    finish = ""
    if round_.takes and not round_.finished:
        finish = _button("finish", words.ACT_FINISH, "secondary")
    note = words.ACT_TAUGHT_NOTE if round_.finished else words.ACT_LIST_NOTE
    title = words.act_round(len(acting.rounds), round_.n_right, len(round_.takes))
    return (
        f"<h2>{title if round_.finished else words.ACT_ROUND}</h2><ol>{rows}</ol>"
        f'<p class="end"><span>{note}</span> {finish}</p>'
    )


def _row(words: Words, round_: Round, emotion: str) -> str:
    take, name = round_.take(emotion), words.EMOTIONS[emotion]
    heard = remove = ""
    if take:
        heard = (
            f"{symbols.svg(take.predicted)}<span>{words.EMOTIONS[take.predicted]}</span>"
            f"<small>{words.percent(take.probability)}</small>"
        )
        remove = _button("remove", "×", "remove", emotion, words.act_remove(name))
    elif emotion in round_.skipped:
        heard = f"<small>{words.ACT_SKIPPED}</small>"
    kind = ("right" if take.right else "wrong") if take else "open"
    current = ' aria-current="step"' if emotion == round_.current else ""
    label = f"{symbols.svg(emotion)}<span>{name}</span>"
    acted = f'<span class="acted">{label}</span>'
    if not round_.finished:
        acted = _button("choose", label, "acted", emotion)
    return (
        f'<li class="{kind}" {answers.emotion_style(emotion)}{current}>{acted}'
        f'<span class="predicted">{heard}</span>{remove}</li>'
    )


def _score(words: Words, acting: Acting) -> str:
    first, last = acting.rounds[0], acting.round
    remark = words.ACT_KNOWS
    if first is not last:
        remark = words.act_first_score(first.n_right, len(first.takes))
    return (
        f'<div class="finished"><p class="score">'
        f"{words.act_score(last.n_right, len(last.takes))}</p><p>{remark}</p>"
        f'<p class="buttons">{_button("another", words.ACT_ANOTHER, "primary")}'
        f"{card.button(words, acting)}</p></div>"
    )


def _confusions(words: Words, acting: Acting) -> str:
    """Return the confusion matrix of the last round, and of the first one to compare with."""
    numbers = sorted({0, len(acting.rounds) - 1})
    tables = "".join(_confusion(words, number + 1, acting.rounds[number]) for number in numbers)
    return f'<h2>{words.ACT_CONFUSION}</h2><div class="confusions">{tables}</div>'


def _confusion(words: Words, number: int, round_: Round) -> str:
    """Return a confusion matrix: acted in rows, predicted in columns."""

    def header(emotion: str, scope: str) -> str:
        name = words.EMOTIONS[emotion]
        return f'<th scope="{scope}" title="{name}">{symbols.svg(emotion)}<span>{name}</span></th>'

    def cell(acted: str, predicted: str) -> str:
        take = round_.take(acted)
        diagonal = ' class="diagonal"' if acted == predicted else ""
        marked = take and take.predicted == predicted
        return f"<td{diagonal}>{symbols.svg(acted) if marked else ''}</td>"

    head = "".join(header(emotion, "col") for emotion in round_.emotions)
    rows = "".join(
        f"<tr>{header(acted, 'row')}{''.join(cell(acted, p) for p in round_.emotions)}</tr>"
        for acted in round_.emotions
    )
    caption = words.act_round(number, round_.n_right, len(round_.takes))
    return (
        f"<table><caption>{caption}</caption><thead><tr><td></td>{head}</tr>"
        f"</thead><tbody>{rows}</tbody></table>"
    )


def _button(name: str, content: str, kind: str, emotion: str = "", label: str = "") -> str:
    of_emotion = f' data-emotion="{emotion}"' if emotion else ""
    labelled = f' aria-label="{escape(label)}" title="{escape(label)}"' if label else ""
    attributes = f'type="button" name="{name}" class="{kind}"{of_emotion}{labelled}'
    return f"<button {attributes}>{content}</button>"
