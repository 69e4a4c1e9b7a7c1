import { shippedAssistant } from '../../config/assistant-folder.ts';

/** The product's own assistant, as tests speak to it. */
export const source = await shippedAssistant();
export const { assistant } = source;

/** What it says, in the words that it has one of. */
export const say = assistant.saying('');

/** With which it decides. */
export const context = { assistant, say, canTransfer: true } as const;
