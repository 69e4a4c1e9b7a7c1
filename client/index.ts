/** The typed client of Voicebot Orchestrator, for browsers and Node: live calls and the API. */

export { createApi } from './api-client.ts';
export type { components, paths } from './api-types.ts';
export {
  type AudioFormat,
  ConnectionClosed,
  LiveClient,
  type LiveClientOptions,
  type LiveEvent,
  type LiveEvents,
} from './live-client.ts';
export { isFinal, reconnect } from './reconnect.ts';
