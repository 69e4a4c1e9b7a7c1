"""PEFT adapter to GGUF, as llama.cpp reads it (`convert_lora_to_gguf.py` of llama.cpp describes the format)."""

import re

import gguf
import numpy as np

NAMES = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}
TENSOR = re.compile(r"layers\.(\d+)\.(self_attn\.\w+|mlp\.\w+)\.lora_([AB])\.weight$")


def interleave(rows: np.ndarray, heads: int) -> np.ndarray:
    """llama.cpp keeps the rotary halves of a head interleaved; Hugging Face keeps them one after the other."""
    out, width = rows.shape
    return rows.reshape(heads, 2, out // heads // 2, width).swapaxes(1, 2).reshape(out, width)


def write_gguf(path: str, tensors: dict[str, np.ndarray], *, alpha: float, heads: int, kv_heads: int, name: str) -> int:
    """Returns how many tensors were written. Tensors carry their PEFT names."""
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", alpha)
    writer.add_name(name)
    written = 0
    for key, value in sorted(tensors.items()):
        match = TENSOR.search(key)
        if not match:
            raise ValueError(f"The tensor {key} is none of an adapter.")
        layer, module, side = match.groups()
        value = value.astype(np.float32)
        if side == "B" and module == "self_attn.q_proj":
            value = interleave(value, heads)
        if side == "B" and module == "self_attn.k_proj":
            value = interleave(value, kv_heads)
        writer.add_tensor(f"blk.{layer}.{NAMES[module]}.weight.lora_{side.lower()}", np.ascontiguousarray(value))
        written += 1
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return written
