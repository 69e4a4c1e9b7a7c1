import { randomUUID } from 'node:crypto';
import { z } from '@hono/zod-openapi';
import { type BatchRequest, maxRows } from '../../domain/messages/check-rows.ts';
import { speechLoudnessLufs } from '../../domain/messages/message.ts';
import { placeholderName } from '../../domain/messages/template.ts';
import { parsed } from '../bodies.ts';
import { plainText, wordedText } from '../schemas.ts';
import { tenantQuery } from './tenant.ts';

export const batchId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/);
export const batchParams = z.object({ id: batchId.openapi({ param: { name: 'id', in: 'path' } }) });
const who = wordedText(100);
const slot = z.string().regex(placeholderName);
const tag = z.string().regex(/^[A-Za-z0-9_.-]{1,40}$/);

const slotsDescription =
  'Placeholders that stay: what is between the clauses with them is recorded, and they are filled when the message is played.';
const maxSlots = 20;

/** What a batch may be told, whatever form its rows have. */
const options = z.object({
  id: batchId.optional().openapi({ description: 'The same id with the same request is the same batch; a new one when unset.' }),
  name: wordedText(200).optional().openapi({ description: 'For people; the id when unset.' }),
  language: z
    .string()
    .regex(/^[a-z]{2}$/)
    .default('en'),
  loudness: z.coerce
    .number()
    .min(-40)
    .max(-5)
    .default(speechLoudnessLufs)
    .openapi({ description: 'Loudness in LUFS (EBU R 128) that the messages are brought to.' }),
  deadlineMinutes: z.coerce
    .number()
    .min(1)
    .max(60 * 24 * 30)
    .optional()
    .openapi({ description: 'When all should be there, for the choice of `auto`; a day when unset.' }),
  approvedBy: who.optional().openapi({ description: 'Approves, in this name, what the checks find nothing odd about.' }),
  engine: plainText(40).optional().openapi({ description: 'Of rows that name none; auto when unset.' }),
  voice: plainText(100).optional(),
  speed: z.coerce.number().min(0.1).max(4).optional(),
  text: plainText(100_000).optional().openapi({ description: 'Text of rows without one, with placeholders such as {{name}}.' }),
});
/** Beside a file. */
export const batchQuery = tenantQuery.extend(options.shape).extend({
  check: z.enum(['true', 'false']).default('true').openapi({ description: 'Transcribe what was spoken, and mark what differs.' }),
  text: plainText(4_000).optional().openapi({ description: 'Text of rows without one, with placeholders such as {{name}}.' }),
  tags: z.string().max(500).optional().openapi({ description: 'Separated by commas.' }),
  slots: z
    .string()
    .max(500)
    .optional()
    .openapi({ description: `${slotsDescription} Separated by commas.` }),
});
/** With its rows. */
export const batchBody = options.extend({
  check: z.boolean().default(true),
  tags: z.array(tag).max(20).default([]),
  slots: z.array(slot).max(maxSlots).default([]).openapi({ description: slotsDescription }),
  values: z.record(z.string(), z.string()).optional().openapi({ description: 'For placeholders that a row has no value for.' }),
  items: z.array(z.record(z.string(), z.unknown())).min(1).max(maxRows).openapi({
    description:
      '`key` and `text`; `voice`, `engine`, `speed`; everything else, and what stands in `values`, fills placeholders.',
  }),
});

export type GivenOptions = Omit<z.infer<typeof batchBody>, 'items'>;

export function requestOf(tenant: string, given: GivenOptions): BatchRequest {
  const {
    id = randomUUID(),
    name,
    language,
    loudness,
    deadlineMinutes,
    approvedBy,
    check,
    tags,
    engine,
    voice,
    speed,
    text,
    values,
    slots,
  } = given;
  return {
    tenant,
    id,
    name: name ?? id,
    language,
    tags,
    loudnessLufs: loudness,
    check,
    approvedBy,
    deadlineMs: deadlineMinutes && deadlineMinutes * 60_000,
    defaults: { engine, voice, speed, text, values, slots: slots.length > 0 ? slots : undefined },
  };
}

/** Options that stand in a query, as they stand in a body. */
export function fromQuery(query: z.infer<typeof batchQuery>): GivenOptions {
  const { tags, slots } = query;
  const lists = parsed(batchBody.pick({ tags: true, slots: true }), { tags: listed(tags), slots: listed(slots) });
  return { ...query, check: query.check === 'true', ...lists };
}

const listed = (text: string | undefined): string[] | undefined =>
  text
    ?.split(',')
    .map((one) => one.trim())
    .filter(Boolean);
