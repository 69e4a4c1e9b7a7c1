"""LoRA training with PEFT: checkpoints, resume, held-out loss."""

import io
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, get_peft_model, get_peft_model_state_dict, set_peft_model_state_dict
from transformers import AutoModelForCausalLM, AutoTokenizer

from .dataset import IGNORED, Example, Message, prompt_of

TARGETS = ["q_proj", "v_proj", "o_proj", "up_proj", "down_proj"]


def load_base(path: str) -> tuple[Any, Any]:
    """A GGUF file, or a model folder or hub name."""
    model: Any
    if path.endswith(".gguf"):
        folder, file = str(Path(path).parent), Path(path).name
        tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=file)
        model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=file, dtype=torch.float32)
    else:
        tokenizer = AutoTokenizer.from_pretrained(path)
        model = AutoModelForCausalLM.from_pretrained(path, dtype="auto")
    device = "cuda" if torch.cuda.is_available() else "cpu"
    return tokenizer, model.to(device)


def with_adapter(model: Any, rank: int, alpha: int) -> Any:
    torch.manual_seed(0)
    config = LoraConfig(r=rank, lora_alpha=alpha, target_modules=TARGETS, lora_dropout=0.05, task_type="CAUSAL_LM")
    return get_peft_model(model, config)


def batch_of(examples: list[Example], device: torch.device) -> dict[str, torch.Tensor]:
    width = max(len(example.input_ids) for example in examples)

    def pad(values: list[int], fill: int) -> list[int]:
        return values + [fill] * (width - len(values))

    return {
        "input_ids": torch.tensor([pad(e.input_ids, 0) for e in examples], device=device),
        "attention_mask": torch.tensor([pad([1] * len(e.input_ids), 0) for e in examples], device=device),
        "labels": torch.tensor([pad(e.labels, IGNORED) for e in examples], device=device),
    }


def mean_loss(model: Any, examples: list[Example]) -> float:
    """Mean negative log-likelihood a token of the replies."""
    model.eval()
    total, tokens = 0.0, 0
    with torch.no_grad():
        for example in examples:
            batch = batch_of([example], model.device)
            count = int((batch["labels"][:, 1:] != IGNORED).sum())
            total += model(**batch).loss.item() * count
            tokens += count
    return total / max(1, tokens)


def answer(model: Any, tokenizer: Any, messages: list[Message], max_new_tokens: int = 48) -> str:
    model.eval()
    ids = tokenizer(prompt_of(tokenizer, messages), return_tensors="pt", add_special_tokens=False).to(model.device)
    with torch.no_grad():
        out = model.generate(**ids, max_new_tokens=max_new_tokens, do_sample=False, pad_token_id=tokenizer.eos_token_id or 0)
    return tokenizer.decode(out[0][ids["input_ids"].shape[1] :], skip_special_tokens=True).strip()


def train(
    model: Any,
    examples: list[Example],
    *,
    steps: int,
    batch_size: int,
    rate: float,
    checkpoint_every: int,
    resume: bytes | None,
    save: Callable[[int, bytes], None],
    beat: Callable[[int, float], None],
) -> int:
    """Trains to the last step, from the last checkpoint on. Returns the step that it began with."""
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=rate, weight_decay=0.0)
    begun = 0
    if resume:
        state = torch.load(io.BytesIO(resume), weights_only=True)
        set_peft_model_state_dict(model, state["adapter"])
        optimizer.load_state_dict(state["optimizer"])
        begun = state["step"]
    model.train()
    for step in range(begun, steps):
        # The same batches at the same steps, whether or not the run was interrupted.
        chosen = random.Random(step).sample(examples, min(batch_size, len(examples)))
        warm = min(1.0, (step + 1) / 5)
        for group in optimizer.param_groups:
            group["lr"] = rate * warm * (1 - step / steps)
        loss = model(**batch_of(chosen, model.device)).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        beat(step + 1, loss.item())
        if (step + 1) % checkpoint_every == 0 or step + 1 == steps:
            data = io.BytesIO()
            torch.save({"adapter": get_peft_model_state_dict(model), "optimizer": optimizer.state_dict(), "step": step + 1}, data)
            save(step + 1, data.getvalue())
    return begun


def shape_of(path: str) -> dict[str, int]:
    """Heads and key/value heads, which the conversion must know."""
    if path.endswith(".gguf"):
        import gguf

        fields = gguf.GGUFReader(path).fields

        def value(name: str) -> int:
            return int(fields[name].parts[fields[name].data[0]][0])

        return {"heads": value("llama.attention.head_count"), "kv_heads": value("llama.attention.head_count_kv")}
    from transformers import AutoConfig

    config = AutoConfig.from_pretrained(path)
    return {"heads": config.num_attention_heads, "kv_heads": config.num_key_value_heads}
