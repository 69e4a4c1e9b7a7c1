"""Settings, by the same names as the service's."""

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class TemporalSettings:
    address: str
    namespace: str
    api_key: str | None

    @staticmethod
    def from_environment() -> "TemporalSettings":
        return TemporalSettings(
            address=os.environ.get("TEMPORAL_ADDRESS", "127.0.0.1:7233"),
            namespace=os.environ.get("TEMPORAL_NAMESPACE", "default"),
            api_key=os.environ.get("TEMPORAL_API_KEY") or None,
        )


def number(name: str, fallback: float) -> float:
    """A setting that is a number; says which one where it is none."""
    text = os.environ.get(name, "")
    if not text:
        return fallback
    try:
        return float(text)
    except ValueError:
        raise SystemExit(f"{name} must be a number, and is {text!r}.") from None
