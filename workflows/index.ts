export { adapterTraining } from './adapter-training.ts';
export { batch } from './batch.ts';
export { call } from './call.ts';
export { applyRetention, eraseCustomer, eraseSession } from './data-life.ts';
export { controlEngine, importKnowledge, loadAdapter, speakOnce, transcribeOnce, unloadAdapter } from './probes.ts';
export { recordMessage } from './record-message.ts';
export { retryTurn } from './retry-turn.ts';
export { scheduledBatch } from './scheduled-batch.ts';
export { speechAhead } from './speech-ahead.ts';
