"""The activities, in Temporal's own environment for them, with a fake engine that speaks tones."""

import asyncio
import io
import threading
import wave
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from temporalio.exceptions import ApplicationError, CancelledError
from temporalio.testing import ActivityEnvironment
from tone_engine import ToneEngine

from voicebot_workers.blobs import FolderBlobs
from voicebot_workers.voices.engine import Needs
from voicebot_workers.voices.pipes import Pipes
from voicebot_workers.voices.residence import Residence
from voicebot_workers.voices.worker import VoiceWorker

MESSAGE = {
    "text": "Welcome to the bank.",
    "engine": "zonos",
    "voice": "tone",
    "speed": 1.0,
    "blobKey": "messages/default/raw/a.wav",
}


def worker_of(engine: ToneEngine, blobs: FolderBlobs, client: httpx.Client | None = None) -> VoiceWorker:
    residence = Residence({engine.id: lambda: engine}, memory=lambda: None)
    return VoiceWorker(engine.id, residence, blobs, Pipes(client or httpx.Client()))


def test_a_message_goes_into_the_blob_store_and_is_not_spoken_again(blobs: FolderBlobs):
    engine = ToneEngine()
    worker = worker_of(engine, blobs)
    first = ActivityEnvironment().run(worker.speak_message, MESSAGE)
    with wave.open(io.BytesIO(blobs.get(MESSAGE["blobKey"]) or b"")) as file:
        assert (file.getnchannels(), file.getframerate()) == (1, 22_050)
        assert first["durationMs"] == pytest.approx(file.getnframes() / 22.05)
    assert first["workMs"] >= 0
    again = ActivityEnvironment().run(worker.speak_message, MESSAGE)
    assert "workMs" not in again
    assert again["durationMs"] == pytest.approx(first["durationMs"])
    assert engine.spoken == ["Welcome to the bank."]


def test_beats_say_how_far_it_is(blobs: FolderBlobs):
    environment = ActivityEnvironment()
    beats: list = []
    environment.on_heartbeat = lambda *details: beats.append(details[0])
    environment.run(worker_of(ToneEngine(seconds_of_work=1.2), blobs).speak_message, MESSAGE)
    assert beats[0] == {"phase": "waiting"}
    assert {"phase": "speaking", "done": 0.5, "characters": 20} in beats


def test_who_is_cancelled_stops_in_the_middle_and_leaves_nothing_behind(blobs: FolderBlobs):
    engine = ToneEngine(seconds_of_work=30)
    environment = ActivityEnvironment()
    raised: list[BaseException] = []

    def speak():
        try:
            environment.run(worker_of(engine, blobs).speak_message, MESSAGE)
        except CancelledError as error:
            raised.append(error)

    thread = threading.Thread(target=speak)
    thread.start()
    assert engine.begun.wait(5)
    environment.cancel()
    thread.join(5)
    assert not thread.is_alive()
    assert len(raised) == 1
    assert blobs.get(MESSAGE["blobKey"]) is None


def test_an_engine_that_does_not_fit_fails_for_good_and_says_what_it_needs(blobs: FolderBlobs):
    engine = ToneEngine("tortoise")
    engine.needs = Needs(gpu_required=True, gpu_memory_bytes=8_000_000_000)
    with pytest.raises(ApplicationError, match=r"needs a GPU with 8\.0 GB") as raised:
        ActivityEnvironment().run(worker_of(engine, blobs).speak_message, MESSAGE)
    assert (raised.value.type, raised.value.non_retryable) == ("engine-unavailable", True)


async def test_an_engine_is_loaded_and_freed_and_says_how_it_is(blobs: FolderBlobs):
    worker = worker_of(ToneEngine(), blobs)

    async def control(wish: str) -> dict:
        return await ActivityEnvironment().run(worker.control_engine, {"engine": "zonos", "wish": wish})

    assert (await control("status"))["state"] == "unloaded"
    loaded = await control("load")
    assert (loaded["state"], loaded["resident"], loaded["gpuMemory"]) == ("ready", "zonos", None)
    assert (await control("unload"))["state"] == "unloaded"


class Hub(BaseHTTPRequestHandler):
    """A FAKE media hub: one turn, whose said pipe is there as a whole."""

    said = b"Hello.\n\x02messages/a.wav\x02How are you?\n"
    held: bytes = b""
    written: list[tuple[dict, bytes]]
    gone = False

    def do_GET(self):
        self._answer(self.said)

    def do_POST(self):
        self._answer(self.held, {"Pipe-Offset": "1" if self.held else "0", "Pipe-Ended": "false"})

    def do_PUT(self):
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        type(self).written.append((dict(self.headers), body))
        self._answer(b"")

    def _answer(self, body: bytes, headers: dict | None = None):
        self.send_response(410 if self.gone else 200)
        for name, value in {**(headers or {}), "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def hub():
    class ThisHub(Hub):
        pass

    ThisHub.written = []

    server = ThreadingHTTPServer(("127.0.0.1", 0), ThisHub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield ThisHub, f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()


def frames_of(data: bytes) -> list[tuple[int, bytes]]:
    frames = []
    while data:
        size = int.from_bytes(data[1:5], "little")
        frames.append((data[0], data[5 : 5 + size]))
        data = data[5 + size :]
    return frames


def test_a_call_is_spoken_to_sentence_by_sentence(blobs: FolderBlobs, hub):
    handler, url = hub
    with httpx.Client() as client:
        worker = worker_of(ToneEngine(), blobs, client)
        result = ActivityEnvironment().run(worker.speak, {"saidUrl": f"{url}/said", "spokenUrl": f"{url}/spoken"})
    headers, body = handler.written[0]
    frames = frames_of(body)
    assert [content.decode() for kind, content in frames if kind == 1] == ["Hello.", "How are you?"]
    samples = sum(len(content) for kind, content in frames if kind == 2) // 2
    assert result["spokenMs"] == pytest.approx(samples / 24)
    assert (result["sampleRateHz"], headers["Pipe-Writer"]) == (24_000, "1")


def test_a_second_attempt_goes_on_after_what_the_first_has_spoken(blobs: FolderBlobs, hub):
    handler, url = hub
    handler.held = b"a record"
    engine = ToneEngine()
    environment = ActivityEnvironment()
    environment.info = environment.info.__class__(**{**environment.info.__dict__, "attempt": 2})
    with httpx.Client() as client:
        environment.run(worker_of(engine, blobs, client).speak, {"saidUrl": f"{url}/said", "spokenUrl": f"{url}/spoken"})
    headers, _ = handler.written[0]
    assert engine.spoken == ["How are you?"]
    assert (headers["Pipe-Offset"], headers["Pipe-Writer"]) == ("1", "2")


def test_a_caller_who_is_gone_ends_it(blobs: FolderBlobs, hub):
    handler, url = hub
    handler.gone = True
    with httpx.Client() as client, pytest.raises(ApplicationError) as raised:
        ActivityEnvironment().run(worker_of(ToneEngine(), blobs, client).speak, {"text": "Hello.", "spokenUrl": f"{url}/spoken"})
    assert (raised.value.type, raised.value.non_retryable) == ("line-gone", True)


async def test_a_status_is_told_while_an_engine_loads(blobs: FolderBlobs):
    class Slow(ToneEngine):
        def load(self) -> None:
            loading.set()
            may_end.wait(5)

    loading, may_end = threading.Event(), threading.Event()
    worker = worker_of(Slow(), blobs)
    ask = {"engine": "zonos", "wish": "status"}
    load = asyncio.create_task(ActivityEnvironment().run(worker.control_engine, {**ask, "wish": "load"}))
    assert await asyncio.to_thread(loading.wait, 5)
    assert (await ActivityEnvironment().run(worker.control_engine, ask))["state"] == "loading"
    may_end.set()
    assert (await load)["state"] == "ready"
