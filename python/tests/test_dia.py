"""The code that loads and speaks with Dia, on a tiny model with random weights: everything but what it says is real."""

from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="SKIPPED: torch is not installed (python/requirements/nari-dia.txt)")
transformers = pytest.importorskip(
    "transformers", reason="SKIPPED: transformers is not installed (python/requirements/nari-dia.txt)"
)

from voicebot_workers.voices.dia import Dia  # noqa: E402


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dia")
    torch.manual_seed(1)
    heads = {"num_attention_heads": 2, "num_key_value_heads": 2, "head_dim": 16}
    encoder = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1, **heads}
    cross = {"cross_num_attention_heads": 2, "cross_num_key_value_heads": 2, "cross_head_dim": 16, "cross_hidden_size": 32}
    config = transformers.DiaConfig(encoder_config=encoder, decoder_config={**encoder, **cross})
    transformers.DiaForConditionalGeneration(config).save_pretrained(folder)
    codec = transformers.DacModel(
        transformers.DacConfig(
            encoder_hidden_size=8,
            decoder_hidden_size=32,
            hidden_size=32,
            codebook_dim=4,
            n_codebooks=9,
            codebook_size=1024,
            sampling_rate=44_100,
        )
    )
    processor = transformers.DiaProcessor(
        feature_extractor=transformers.DiaFeatureExtractor(sampling_rate=44_100),
        tokenizer=transformers.DiaTokenizer(),
        audio_tokenizer=codec,
    )
    codec.save_pretrained(folder / "codec")
    processor.audio_tokenizer.name_or_path = str(folder / "codec")
    processor.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def dia(model: Path) -> Dia:
    dia = Dia(str(model), longest_seconds=0.5)
    dia.load()
    return dia


def test_speaks_and_tells_how_far_it_has_come(dia: Dia):
    shares: list[float] = []
    sound = dia.speak("Hello there.", "S1", 1.0, shares.append)
    assert dia.sample_rate_hz == 44_100
    assert sound.ndim == 1
    assert len(shares) > 5
    assert shares == sorted(shares)


def test_says_the_same_words_in_the_same_way(dia: Dia):
    first, again = (dia.speak("Hello there.", "S2", 1.0, lambda _share: None) for _ in range(2))
    assert first.tolist() == again.tolist()


def test_stops_in_the_middle_of_a_sentence(dia: Dia):
    told = 0

    def stop(_share: float) -> None:
        nonlocal told
        told += 1
        if told == 3:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        dia.speak("Hello there.", "S1", 1.0, stop)
    assert told == 3
