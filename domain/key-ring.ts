/** Keys of 32 bytes by their ids; the one named encrypts, all decrypt. */
export interface KeyRing {
  readonly current: string;
  readonly keys: ReadonlyMap<string, Buffer>;
}
