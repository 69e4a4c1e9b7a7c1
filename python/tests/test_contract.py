import pytest
from temporalio.exceptions import ApplicationError

from voicebot_workers.voices.contract import checked
from voicebot_workers.voices.pipes import words_of
from voicebot_workers.voices.worker import sentences_of

MESSAGE = {"text": "Hello.", "engine": "zonos", "voice": "default", "speed": 1, "blobKey": "a.wav"}


def test_what_is_as_agreed_is_let_through_and_so_is_what_a_later_release_adds():
    assert checked("speakMessageInput", {**MESSAGE, "later": True})["text"] == "Hello."


@pytest.mark.parametrize(("change", "where"), [({"text": ""}, "text"), ({"speed": 9}, "speed"), ({"blobKey": None}, "blobKey")])
def test_what_is_not_as_agreed_is_refused_by_name(change: dict, where: str):
    with pytest.raises(ApplicationError, match=f"speakMessageInput: {where}: ") as raised:
        checked("speakMessageInput", {**MESSAGE, **change})
    assert (raised.value.type, raised.value.non_retryable) == ("invalid-request", True)


def test_a_line_with_a_recording_is_spoken_by_its_words():
    assert words_of("\x02messages/a.wav\x02Hello there.") == "Hello there."
    assert words_of("Hello there.") == "Hello there."


def test_a_text_is_spoken_sentence_by_sentence():
    assert sentences_of('Hello. "How are you?" I am 3.5 years old!  Bye') == [
        "Hello.",
        '"How are you?"',
        "I am 3.5 years old!",
        "Bye",
    ]
