"""
Temporal worker of the task queue `training`: trains LoRA adapters of the language model.

Settings: TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, and BLOB_URL or DATA_DIR as for the service.
Needs a GPU for models of some size; the embedded small model trains on a CPU in minutes.
"""

import asyncio
import hashlib
import io
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("TQDM_DISABLE", "1")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")

import torch
from peft import set_peft_model_state_dict
from temporalio import activity
from temporalio.exceptions import ApplicationError

from ..beating import Beating
from ..blobs import Blobs, open_blobs
from ..running import run
from . import training
from .dataset import Turn, encode, is_held_out, read_turns
from .gguf_adapter import write_gguf

QUEUE = "training"

HELD_OUT_SHARE = 0.2
CURVE_POINTS = 100
MAX_TOKENS = 512
# What a caller's question is tried on: the first of the held-out turns.
SAMPLES = 5


def turns_of(blobs: Blobs, key: str) -> tuple[list[Turn], list[Turn]]:
    """Those to learn from, and those that are held out."""
    data = blobs.get(key)
    if data is None:
        raise ApplicationError(f"The dataset {key} is not in the blob store.", non_retryable=True)
    turns = read_turns(data)
    held_out = [turn for turn in turns if is_held_out(turn, HELD_OUT_SHARE)]
    return [turn for turn in turns if not is_held_out(turn, HELD_OUT_SHARE)], held_out


def checkpoint_key(name: str) -> str:
    return f"training/{name}/checkpoint.pt"


class Trainer:
    def __init__(self, blobs: Blobs) -> None:
        self.blobs = blobs

    @property
    def activities(self) -> Sequence[Callable]:
        return [self.train_adapter, self.evaluate_adapter, self.convert_adapter]

    def _checkpoint(self, job: dict[str, Any]) -> dict[str, Any]:
        data = self.blobs.get(job["checkpoint"])
        if data is None:
            raise ApplicationError(f"The checkpoint {job['checkpoint']} is not in the blob store.", non_retryable=True)
        return torch.load(io.BytesIO(data), weights_only=True)

    @activity.defn(name="trainAdapter")
    def train_adapter(self, job: dict[str, Any]) -> dict[str, Any]:
        train_turns, held_out = turns_of(self.blobs, job["dataset"])
        if not train_turns or not held_out:
            raise ApplicationError("There are too few reviewed turns to train on some and hold others out.", non_retryable=True)
        with Beating({"step": 0, "of": job["steps"], "phase": "loading"}) as beating:
            tokenizer, base = training.load_base(job["baseModelPath"])
            model = training.with_adapter(base, job["rank"], job["alpha"])
            examples = [encode(tokenizer, turn, MAX_TOKENS) for turn in train_turns]

            curve: list[tuple[int, float]] = []
            # A hundred points tell as much as ten thousand, and fit into a heartbeat.
            every = max(1, job["steps"] // CURVE_POINTS)

            def beat(step: int, loss: float) -> None:
                if step % every == 0:
                    curve.append((step, round(loss, 4)))
                beating.tell({"step": step, "of": job["steps"], "loss": round(loss, 4), "curve": curve[-CURVE_POINTS:]})
                if activity.is_cancelled():
                    raise asyncio.CancelledError

            begun = training.train(
                model,
                examples,
                steps=job["steps"],
                batch_size=job["batchSize"],
                rate=job["learningRate"],
                checkpoint_every=5,
                resume=self.blobs.get(checkpoint_key(job["name"])),
                save=lambda _step, data: self.blobs.put(checkpoint_key(job["name"]), data),
                beat=beat,
            )
        return {
            "checkpoint": checkpoint_key(job["name"]),
            "resumedAtStep": begun,
            "steps": job["steps"],
            "trainedTurns": len(train_turns),
        }

    @activity.defn(name="evaluateAdapter")
    def evaluate_adapter(self, job: dict[str, Any]) -> dict[str, Any]:
        _, held_out = turns_of(self.blobs, job["dataset"])
        with Beating({"phase": "evaluation"}):
            tokenizer, base = training.load_base(job["baseModelPath"])
            model = training.with_adapter(base, job["rank"], job["alpha"])
            state = self._checkpoint(job)
            set_peft_model_state_dict(model, state["adapter"])
            examples = [encode(tokenizer, turn, MAX_TOKENS) for turn in held_out]
            held_out_loss = training.mean_loss(model, examples)
            with model.disable_adapter():
                base_loss = training.mean_loss(model, examples)
                before = [training.answer(model, tokenizer, turn[:-1]) for turn in held_out[:SAMPLES]]
            samples = [
                {"asked": turn[-2]["content"], "before": said, "after": training.answer(model, tokenizer, turn[:-1])}
                for turn, said in zip(held_out[:SAMPLES], before, strict=True)
            ]
        return {"heldOutLoss": held_out_loss, "baseLoss": base_loss, "heldOutTurns": len(held_out), "samples": samples}

    @activity.defn(name="convertAdapter")
    def convert_adapter(self, job: dict[str, Any]) -> dict[str, Any]:
        state = self._checkpoint(job)
        tensors = {key: value.float().numpy() for key, value in state["adapter"].items()}
        with Beating({"phase": "conversion"}), tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "adapter.gguf"
            write_gguf(str(path), tensors, alpha=job["alpha"], name=job["name"], **training.shape_of(job["baseModelPath"]))
            data = path.read_bytes()
        key = f"adapters/{job['name']}.gguf"
        self.blobs.put(key, data)
        return {"file": key, "sha256": hashlib.sha256(data).hexdigest()}


async def run_training() -> None:
    """Trains until the process is told to stop; one at a time, since a training takes all cores, or the GPU."""
    await run({QUEUE: Trainer(open_blobs()).activities}, at_once=1)
