import { searchAttributeFlags } from './search-attributes.ts';

/**
 * The server fires its timers up to this long after they are due, so that several hosts' clocks need not agree; its default is a
 * second, and each retry of a step, each heartbeat that is missed and each pause between attempts costs the caller that much.
 */
const timerShift = '20ms';

/** Arguments of the dev server of Temporal's command line: what calls need of it, and that tenants take turns where tasks wait. */
export function serverFlags(): string[] {
  const values = [`history.timerProcessorMaxTimeShift="${timerShift}"`, 'matching.enableFairness=true'];
  return [...values.flatMap((value) => ['--dynamic-config-value', value]), ...searchAttributeFlags()];
}
