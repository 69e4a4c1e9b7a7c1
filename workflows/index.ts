export { call } from './call.ts';
export { speakOnce, transcribeOnce } from './probes.ts';
export { retryTurn } from './retry-turn.ts';
