import numpy as np
import pytest

from voicebot_workers.voices.sound import resample, seconds_of_wav, to_pcm16, to_wav


def tone(rate_hz: int, seconds: float = 0.5, hz: float = 440) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * hz * np.arange(int(seconds * rate_hz)) / rate_hz)).astype(np.float32)


def test_a_wav_file_says_how_long_it_is():
    assert seconds_of_wav(to_wav(tone(44_100), 44_100)) == (0.5, 44_100)


def test_samples_beyond_full_scale_are_cut_off_not_turned_over():
    assert np.frombuffer(to_pcm16(np.array([2.0, -2.0], dtype=np.float32)), "<i2").tolist() == [32_767, -32_768]


@pytest.mark.parametrize("from_hz", [16_000, 22_050, 44_100])
def test_a_tone_stays_the_same_tone_at_another_rate(from_hz: int):
    out = resample(tone(from_hz), from_hz, 24_000)
    wanted = tone(24_000)
    assert abs(out.size - wanted.size) <= 1
    inner = slice(1_000, 11_000)
    assert np.abs(out[inner] - wanted[inner]).max() < 0.01


def test_what_the_new_rate_cannot_carry_is_filtered():
    assert np.abs(resample(tone(44_100, hz=15_000), 44_100, 24_000)[500:-500]).max() < 0.01
