import { closeSync, openSync, readSync } from 'node:fs';
import { float16ToFloat32 } from './float16.ts';
import type { Weights } from './tensor.ts';

interface Variable {
  readonly dims: readonly number[];
  readonly type: number;
  readonly offset: number;
  readonly sizeBytes: number;
}

/**
 * Reads the weights of a CTranslate2 `model.bin`, format version 6: `u32` version, specification name, `u32` revision, `u32`
 * count, then for each variable a `u16`-length name (with its NUL), `u8` rank, `u32` dimensions, `u8` type, `u32` bytes, data;
 * aliases at the end. Tensors are read from disk one at a time, so that large models need little memory.
 */
export class Ct2Model {
  readonly #fd: number;
  readonly #variables = new Map<string, Variable>();

  constructor(file: string) {
    this.#fd = openSync(file, 'r');
    let position = 0;
    const read = (bytes: number): Buffer => {
      const buffer = Buffer.alloc(bytes);
      if (readSync(this.#fd, buffer, 0, bytes, position) !== bytes) throw new Error(`${file} is cut short`);
      position += bytes;
      return buffer;
    };
    const name = () => read(read(2).readUInt16LE()).toString('utf8').replace(/\0$/, '');
    const version = read(4).readUInt32LE();
    if (version !== 6) throw new Error(`${file}: format version ${version} is not known, 6 is`);
    name();
    read(4);
    const count = read(4).readUInt32LE();
    for (let i = 0; i < count; i++) {
      const variable = name();
      const rank = read(1).readUInt8();
      const dims = Array.from({ length: rank }, () => read(4).readUInt32LE());
      const type = read(1).readUInt8();
      const sizeBytes = read(4).readUInt32LE();
      this.#variables.set(variable, { dims, type, offset: position, sizeBytes });
      position += sizeBytes;
    }
  }

  names(): string[] {
    return [...this.#variables.keys()];
  }

  dims(name: string): readonly number[] {
    return this.#variable(name).dims;
  }

  weights(name: string): Weights {
    const { dims, type, offset, sizeBytes } = this.#variable(name);
    const buffer = new ArrayBuffer(sizeBytes);
    readSync(this.#fd, new Uint8Array(buffer), 0, sizeBytes, offset);
    if (type === 0) return { data: new Float32Array(buffer), dims };
    if (type === 4) return { data: float16ToFloat32(new Uint16Array(buffer)), dims };
    throw new Error(`${name}: weights of type ${type} are not supported, float32 and float16 are`);
  }

  close(): void {
    closeSync(this.#fd);
  }

  #variable(name: string): Variable {
    const found = this.#variables.get(name);
    if (!found) throw new Error(`The model has no weights named ${name}`);
    return found;
  }
}
