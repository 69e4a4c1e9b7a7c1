import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { basename } from 'node:path';
import onnxProto from 'onnx-proto';

const { onnx } = onnxProto;
type TensorProto = onnxProto.onnx.ITensorProto;

/** Smaller weights stay in their graph. */
const inlineLimitBytes = 1024;

/** Writes graphs whose large weights lie once in one file beside them (ONNX external data), so that their sessions map the same memory. */
export function writeWithSharedWeights(
  models: readonly { readonly file: string; readonly model: onnxProto.onnx.IModelProto }[],
  weightsFile: string,
): void {
  const moved = new Map<string, TensorProto>();
  const fd = openSync(weightsFile, 'w');
  let end = 0;
  const move = (tensor: TensorProto): TensorProto => {
    const { rawData: raw } = tensor;
    const name = tensor.name ?? '';
    if (!raw || raw.length < inlineLimitBytes) return tensor;
    const known = moved.get(name);
    if (known) return known;
    const offset = Math.ceil(end / 64) * 64;
    writeSync(fd, raw, 0, raw.length, offset);
    end = offset + raw.length;
    const outside = onnx.TensorProto.create({
      ...tensor,
      rawData: null,
      dataLocation: onnx.TensorProto.DataLocation.EXTERNAL,
      externalData: [
        { key: 'location', value: basename(weightsFile) },
        { key: 'offset', value: String(offset) },
        { key: 'length', value: String(raw.length) },
      ],
    });
    moved.set(name, outside);
    return outside;
  };
  for (const { file, model } of models) {
    if (model.graph) model.graph.initializer = (model.graph.initializer ?? []).map(move);
    writeFileSync(file, onnx.ModelProto.encode(model).finish());
  }
  closeSync(fd);
}
