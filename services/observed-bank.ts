import type { Bank } from '../domain/bank/bank.ts';
import { traced } from '../telemetry/tracing.ts';

/** The same bank, whose requests show in traces: by their names, without whom or what they are about. */
export const observedBank = (bank: Bank): Bank =>
  new Proxy(bank, {
    get: (target, name) => {
      const value = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...given: unknown[]) => traced(`bank ${String(name)}`, {}, async () => value.apply(target, given));
    },
  });
