"""The engines by name; the module of one is imported when it is loaded, so that no worker needs the libraries of another."""

from collections.abc import Callable

from .engine import VoiceEngine


def _dia() -> VoiceEngine:
    from .dia import Dia

    return Dia()


def _zonos() -> VoiceEngine:
    from .zonos import Zonos

    return Zonos()


def _tortoise() -> VoiceEngine:
    from .tortoise import Tortoise

    return Tortoise()


ENGINES: dict[str, Callable[[], VoiceEngine]] = {"nari_dia": _dia, "zonos": _zonos, "tortoise": _tortoise}

QUEUES = {"nari_dia": "tts-nari-dia", "zonos": "tts-zonos", "tortoise": "tts-tortoise"}
