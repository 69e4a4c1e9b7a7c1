export { call } from './call.ts';
export { speakOnce, transcribeOnce } from './probes.ts';
