import { z } from 'zod';
import { behaviourNames } from './behaviours.ts';

/** Names of intents and values: they stand in records, and in braces. */
const name = z.string().regex(/^[a-z][a-z0-9-]{0,47}$/, 'a name has small letters, digits and dashes, and begins with a letter');
const text = (longest: number) => z.string().trim().min(1, 'it is empty').max(longest, `it has more than ${longest} characters`);
const phrase = text(300).regex(/\p{L}/u, 'it has no letter');
/** What is spoken in one go. */
export const spokenText = text(600);

const valueSchema = z
  .strictObject({
    type: z.enum(['account', 'card', 'amount', 'number', 'day', 'time', 'choice']),
    ask: spokenText,
    options: z.record(name, z.array(text(60)).min(1, 'it needs a word by which callers name it')).optional(),
    fallback: z.string().optional(),
  })
  .refine(({ type, options }) => (type === 'choice') === (options !== undefined), 'a choice has `options`, and nothing else has');

/** A file in `intents/`. */
export const intentSchema = z.strictObject({
  does: z.enum(behaviourNames as [string, ...string[]]),
  says: text(120),
  trust: z.enum(['none', 'verified', 'stepped-up']).optional(),
  urgent: z.boolean().default(false),
  phrases: z.array(phrase).min(3, 'it needs three phrases at the least').max(500),
  afterwards: name.optional(),
  reply: z.union([spokenText.transform((one) => [one]), z.array(spokenText).min(1)]).optional(),
  operation: name.or(z.string().regex(/^[A-Za-z][\w-]{0,63}$/)).optional(),
  values: z.record(name, valueSchema).default({}),
  confirm: spokenText.optional(),
  done: spokenText.optional(),
});

export type IntentFile = z.output<typeof intentSchema>;

/** `restrictions.yaml`. */
export const restrictionsSchema = z.strictObject({
  names: z.record(
    z.string().regex(/^[a-z]+$/, 'a kind has small letters'),
    z.array(text(60)).min(3, 'it needs three names at the least').max(500),
  ),
  templates: z.array(phrase).min(8, 'it needs eight sentences at the least').max(1_000),
});

export const assistantSchema = z.strictObject({
  name,
  language: z.string().regex(/^[a-z]{2,3}$/, 'it is no ISO 639-1 code'),
  description: text(500),
});
