"""Reviewed turns as token sequences: what is learnt is the reply alone."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

IGNORED = -100

Message = dict[str, str]
"""Role and content."""
Turn = list[Message]
"""A conversation, whose last message is the reply."""


@dataclass(frozen=True)
class Example:
    input_ids: list[int]
    labels: list[int]


def read_turns(jsonl: bytes) -> list[Turn]:
    """One conversation a line: messages with role and content, the last one the reply."""
    return [json.loads(line)["messages"] for line in jsonl.decode().splitlines() if line.strip()]


def is_held_out(messages: Turn, share: float) -> bool:
    """The same turns are held out in every run, whatever their order: by a hash of what the caller said."""
    digest = hashlib.sha256(messages[-2]["content"].encode()).digest()
    return int.from_bytes(digest[:4], "big") / 2**32 < share


def chatml(messages: Turn) -> str:
    """The prompt format of SmolLM2 and many others."""
    return "".join(f"<|im_start|>{m['role']}\n{m['content']}<|im_end|>\n" for m in messages)


def encode(tokenizer: Any, messages: Turn, max_tokens: int) -> Example:
    prompt = prompt_of(tokenizer, messages[:-1])
    reply = (
        f"{messages[-1]['content']}<|im_end|>\n"
        if tokenizer.chat_template is None
        else full_of(tokenizer, messages)[len(prompt) :]
    )
    prompt_ids = tokenizer(prompt, add_special_tokens=False)["input_ids"]
    reply_ids = tokenizer(reply, add_special_tokens=False)["input_ids"]
    ids = (prompt_ids + reply_ids)[-max_tokens:]
    kept = min(len(reply_ids), len(ids))
    return Example(ids, [IGNORED] * (len(ids) - kept) + ids[len(ids) - kept :])


def prompt_of(tokenizer: Any, messages: Turn) -> str:
    if tokenizer.chat_template is None:
        return f"{chatml(messages)}<|im_start|>assistant\n"
    return tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)


def full_of(tokenizer: Any, messages: Turn) -> str:
    return tokenizer.apply_chat_template(messages, tokenize=False)
