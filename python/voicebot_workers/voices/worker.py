"""
Temporal worker of the queues `tts-nari-dia`, `tts-zonos` and `tts-tortoise`: the same activities as the service's own voice has, by
the same contract (`voice-worker.schema.json`).

Settings: VOICES_WITHOUT_GPU=1 tries on the CPU what needs a GPU; ENGINE_IDLE_SECONDS frees an engine that was not used for so long.
"""

import asyncio
import contextlib
import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import httpx
from temporalio import activity
from temporalio.exceptions import ApplicationError, CancelledError

from ..beating import Beating
from ..blobs import Blobs, open_blobs
from ..running import run
from ..settings import number
from .catalogue import ENGINES, QUEUES
from .contract import checked
from .engine import EngineUnavailable, Samples, VoiceEngine
from .pipes import Pipes, speech_piece
from .residence import Residence, gpu_memory
from .sound import PIPE_RATE_HZ, resample, seconds_of_wav, to_pcm16, to_wav

# One speaks, one waits for it, and one is asked how things are.
AT_ONCE = 3
IDLE_CHECK_SECONDS = 5.0
SENTENCE = re.compile(r".+?(?:[.!?…]+[\"'”’)]*(?=\s|$)|$)", re.DOTALL)


class VoiceWorker:
    """The activities of one engine's queue."""

    def __init__(self, engine: str, residence: Residence, blobs: Blobs, pipes: Pipes) -> None:
        self._engine = engine
        self._residence = residence
        self._blobs = blobs
        self._pipes = pipes

    @property
    def activities(self) -> Sequence[Callable]:
        return [self.speak_message, self.speak, self.control_engine]

    @activity.defn(name="speakMessage")
    def speak_message(self, request: dict[str, Any]) -> dict[str, Any]:
        """Speaks a text into a file of the blob store, unless it is there already."""
        asked = checked("speakMessageInput", request)
        there = self._blobs.get(asked["blobKey"])
        if there is not None:
            seconds, rate = seconds_of_wav(there)
            return checked("speakMessageResult", {"durationMs": seconds * 1000, "sampleRateHz": rate})
        with self._speaking() as (engine, beating):
            started = time.monotonic()
            sound = self._sound(engine, beating, asked["text"], asked["voice"], asked["speed"])
            work_ms = (time.monotonic() - started) * 1000
            rate = engine.sample_rate_hz
        self._blobs.put(asked["blobKey"], to_wav(sound, rate))
        result = {"durationMs": sound.size / rate * 1000, "sampleRateHz": rate, "workMs": work_ms}
        return checked("speakMessageResult", result)

    @activity.defn(name="speak")
    def speak(self, request: dict[str, Any]) -> dict[str, Any]:
        """Speaks to a caller who waits: what the `said` pipe holds goes as sound into the `spoken` pipe, sentence by sentence."""
        asked = checked("speakInput", request)
        info = activity.info()
        queue_ms = max(0.0, (info.started_time - info.current_attempt_scheduled_time).total_seconds() * 1000)
        started = time.monotonic()
        style = asked.get("style") or {}
        # A first attempt finds nothing; a later one goes on after what an earlier one has brought into the pipe.
        spoken = self._pipes.claim(asked["spokenUrl"], info.attempt) if info.attempt > 1 else 0
        samples = 0
        first_audio_ms = 0.0

        def records() -> Iterator[bytes]:
            nonlocal samples, first_audio_ms
            lines = sentences_of(asked["text"]) if "text" in asked else self._pipes.lines(asked["saidUrl"])
            for number_, line in enumerate(lines):
                if number_ < spoken:
                    continue
                asked_at = time.monotonic()
                with self._speaking() as (engine, beating):
                    sound = self._sound(
                        engine, beating, line, style.get("voice") or engine.default_voice, style.get("speed") or 1.0
                    )
                    sound = resample(sound, engine.sample_rate_hz, PIPE_RATE_HZ)
                first_audio_ms = first_audio_ms or (time.monotonic() - asked_at) * 1000
                samples += sound.size
                yield speech_piece(line, to_pcm16(sound))

        with Beating({"phase": "speaking"}, 0.5):
            self._pipes.write(asked["spokenUrl"], records(), at=spoken, writer=info.attempt)
        timing = {"queueMs": queue_ms, "workMs": (time.monotonic() - started) * 1000}
        result = {
            "spokenMs": samples / PIPE_RATE_HZ * 1000,
            "sampleRateHz": PIPE_RATE_HZ,
            "firstAudioMs": first_audio_ms,
            "timing": timing,
        }
        return checked("speakResult", result)

    @activity.defn(name="controlEngine")
    async def control_engine(self, request: dict[str, Any]) -> dict[str, Any]:
        """Says how the engine is; loads or unloads it before, where that is asked for."""
        wish = checked("controlEngineInput", request)["wish"]
        problem: str | None = None
        if wish != "status":
            # Loading takes a minute, and somebody waits: in a thread, with beats.
            work = asyncio.create_task(asyncio.to_thread(self._load if wish == "load" else self._unload))
            while not work.done():
                activity.heartbeat({"phase": wish})
                await asyncio.wait([work], timeout=1.0)
            try:
                work.result()
            except EngineUnavailable as error:
                problem = str(error)
        memory = gpu_memory()
        status = {
            "engine": self._engine,
            "state": "unavailable" if problem else self._residence.state_of(self._engine),
            "why": problem,
            "resident": self._residence.resident,
            "gpuMemory": {"freeBytes": memory.free_bytes, "totalBytes": memory.total_bytes} if memory else None,
        }
        return checked("controlEngineResult", status)

    def _load(self) -> None:
        with self._residence.using(self._engine):
            pass

    def _unload(self) -> None:
        self._residence.unload(self._engine)

    @contextlib.contextmanager
    def _speaking(self) -> Iterator[tuple[VoiceEngine, Beating]]:
        with Beating({"phase": "waiting"}) as beating:
            try:
                with self._residence.using(self._engine, _stop_if_cancelled) as engine:
                    yield engine, beating
            except EngineUnavailable as error:
                raise ApplicationError(str(error), type="engine-unavailable", non_retryable=True) from error

    def _sound(self, engine: VoiceEngine, beating: Beating, text: str, voice: str, speed: float) -> Samples:
        told_at = 0.0

        def progress(share: float) -> None:
            nonlocal told_at
            _stop_if_cancelled()
            if time.monotonic() - told_at > 0.5:
                told_at = time.monotonic()
                beating.tell({"phase": "speaking", "done": round(share, 2), "characters": len(text)})

        progress(0.0)
        return engine.speak(text, voice, speed, progress)


def _stop_if_cancelled() -> None:
    if activity.is_cancelled():
        raise CancelledError("The step was cancelled.")


def sentences_of(text: str) -> list[str]:
    return [match.group().strip() for match in SENTENCE.finditer(text) if match.group().strip()]


async def run_voices(names: Sequence[str], engines: dict[str, Callable[[], VoiceEngine]] = ENGINES) -> None:
    """Speaks with these engines until the process is told to stop."""
    residence = Residence(engines, without_gpu=os.environ.get("VOICES_WITHOUT_GPU") == "1")
    blobs = open_blobs()
    idle_seconds = number("ENGINE_IDLE_SECONDS", 0)

    async def free_idle() -> None:
        while idle_seconds > 0:
            await asyncio.sleep(IDLE_CHECK_SECONDS)
            await asyncio.to_thread(residence.unload_idle, idle_seconds)

    with httpx.Client() as client:
        workers = {QUEUES[name]: VoiceWorker(name, residence, blobs, Pipes(client)) for name in names}
        freeing = asyncio.create_task(free_idle())
        try:
            await run({queue: worker.activities for queue, worker in workers.items()}, at_once=AT_ONCE)
        finally:
            freeing.cancel()
            residence.unload()
