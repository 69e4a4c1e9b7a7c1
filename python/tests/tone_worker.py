"""A worker with FAKE engines that speak tones, for tests of the service: everything but the voice is real."""

import asyncio
import os

from tone_engine import ToneEngine

from voicebot_workers.voices.worker import run_voices

seconds = float(os.environ.get("TONE_SECONDS_OF_WORK", "0"))
engines = {id: (lambda id=id: ToneEngine(id, seconds)) for id in ("nari_dia", "zonos")}

if __name__ == "__main__":
    asyncio.run(run_voices(list(engines), engines))
