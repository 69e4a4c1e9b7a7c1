import threading

import pytest
from tone_engine import ToneEngine

from voicebot_workers.voices.engine import EngineUnavailable, Needs
from voicebot_workers.voices.residence import GpuMemory, Residence

GB = 1_000_000_000


def big(id: str) -> ToneEngine:
    engine = ToneEngine(id)
    engine.needs = Needs(gpu_required=True, gpu_memory_bytes=8 * GB)
    return engine


def test_one_engine_is_in_memory_at_a_time():
    zonos, dia = ToneEngine("zonos"), ToneEngine("nari_dia")
    residence = Residence({"zonos": lambda: zonos, "nari_dia": lambda: dia}, memory=lambda: None)
    assert residence.state_of("zonos") == "unloaded"
    for name in ("zonos", "zonos", "nari_dia"):
        with residence.using(name):
            assert residence.resident == name
    assert (zonos.loads, zonos.unloads, dia.loads) == (1, 1, 1)
    assert (residence.state_of("zonos"), residence.state_of("nari_dia")) == ("unloaded", "ready")


def test_who_wants_another_engine_waits_until_the_first_is_not_used():
    engines = {name: ToneEngine(name) for name in ("zonos", "nari_dia")}
    residence = Residence({name: (lambda engine=engine: engine) for name, engine in engines.items()}, memory=lambda: None)
    waited, got = threading.Event(), threading.Event()

    def other():
        with residence.using("nari_dia", waited.set):
            got.set()

    with residence.using("zonos"):
        thread = threading.Thread(target=other)
        thread.start()
        assert waited.wait(5)
        assert not got.is_set()
    thread.join(5)
    assert got.is_set()


@pytest.mark.parametrize(
    ("memory", "reason"),
    [
        (None, "needs a GPU with 8.0 GB of memory, and there is none"),
        (GpuMemory(3 * GB, 4 * GB), "and the GPU has 4.0 GB"),
        (GpuMemory(3 * GB, 24 * GB), "and 3.0 GB are free: something else is on the GPU"),
    ],
)
def test_an_engine_that_does_not_fit_is_refused_before_it_is_loaded(memory: GpuMemory | None, reason: str):
    engine = big("tortoise")
    residence = Residence({"tortoise": lambda: engine}, memory=lambda: memory)
    with pytest.raises(EngineUnavailable, match=reason), residence.using("tortoise"):
        pass
    assert engine.loads == 0
    # Nobody is kept waiting by the refusal.
    with pytest.raises(EngineUnavailable), residence.using("tortoise"):
        pass


def test_an_engine_whose_library_is_missing_says_so():
    def missing() -> ToneEngine:
        raise ImportError("No module named 'zonos'")

    with (
        pytest.raises(EngineUnavailable, match="The library of zonos is not installed"),
        Residence({"zonos": missing}).using("zonos"),
    ):
        pass


def test_what_was_not_used_for_a_while_is_freed():
    engine = ToneEngine()
    residence = Residence({"zonos": lambda: engine}, memory=lambda: None)
    with residence.using("zonos"):
        pass
    residence.unload_idle(60)
    assert residence.resident == "zonos"
    residence.unload_idle(0)
    assert (residence.resident, engine.unloads) == (None, 1)
