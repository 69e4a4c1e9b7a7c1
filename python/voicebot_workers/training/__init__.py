"""Training of LoRA adapters from reviewed turns."""
