"""
The command of the workers.

    voicebot-workers training            trains LoRA adapters (task queue `training`)
    voicebot-workers voices nari_dia     speaks with an engine, or several (task queues `tts-…`)

Settings: TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, and BLOB_URL or DATA_DIR as for the service.
"""

import argparse
import asyncio

from .voices.catalogue import ENGINES


def main() -> None:
    parser = argparse.ArgumentParser(prog="voicebot-workers", description="Temporal workers of Voicebot Orchestrator.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("training", help="train LoRA adapters of the language model")
    voices = commands.add_parser("voices", help="speak with engines; one of them is in memory at a time")
    voices.add_argument("engines", nargs="+", choices=sorted(ENGINES))
    options = parser.parse_args()
    if options.command == "training":
        from .training.worker import run_training

        asyncio.run(run_training())
    else:
        from .voices.worker import run_voices

        asyncio.run(run_voices(options.engines))


if __name__ == "__main__":
    main()
