import type { components } from './api-types.ts';

/** Messages of the live protocol, by the schemas that the service checks them by. */

type Schemas = components['schemas'];

/** By the type of the event. */
export type LiveEvents = {
  [Name in keyof Schemas as Name extends `live.event.${infer Type}` ? Type : never]: Schemas[Name];
};
export type LiveEvent = LiveEvents[keyof LiveEvents];
export type StartMessage = Schemas['live.message.start'];
export type ClientMessage = StartMessage | Schemas['live.message.dtmf'] | Schemas['live.message.hangup'];
export type AudioFormat = StartMessage['format'];
