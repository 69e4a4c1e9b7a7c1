/** Writes a small GGUF LoRA adapter of the embedded model (format: gguf v3, as llama.cpp reads it), for tests of loading it. */

const align = 32;
/** Value types of GGUF. */
const type = { float32: 6, string: 8 } as const;

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8');
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(bytes.length));
  return Buffer.concat([length, bytes]);
}

const u32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const u64 = (value: number) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
};
const f32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
};

/** @param strength of the change that it makes in the first layer; enough of it changes every answer. */
export function ggufAdapter(strength: number): Buffer {
  const width = 576;
  const values = (seed: number, scale: number) =>
    Float32Array.from({ length: width }, (_, i) => Math.sin(i * 12.9898 + seed * 78.233) * scale);
  const tensors = [
    { name: 'blk.0.attn_output.weight.lora_a', dims: [width, 1], data: values(1, 1) },
    { name: 'blk.0.attn_output.weight.lora_b', dims: [1, width], data: values(2, strength) },
  ];
  const metadata = [
    [text('general.architecture'), u32(type.string), text('llama')],
    [text('general.type'), u32(type.string), text('adapter')],
    [text('adapter.type'), u32(type.string), text('lora')],
    [text('adapter.lora.alpha'), u32(type.float32), f32(1)],
  ].map((parts) => Buffer.concat(parts));
  let offset = 0;
  const infos = tensors.map(({ name, dims, data }) => {
    const info = Buffer.concat([text(name), u32(dims.length), ...dims.map(u64), u32(0), u64(offset)]);
    offset += Math.ceil(data.byteLength / align) * align;
    return info;
  });
  const head = Buffer.concat([Buffer.from('GGUF'), u32(3), u64(tensors.length), u64(metadata.length), ...metadata, ...infos]);
  const padded = (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc((align - (bytes.length % align)) % align)]);
  return Buffer.concat([padded(head), ...tensors.map(({ data }) => padded(Buffer.from(data.buffer)))]);
}
