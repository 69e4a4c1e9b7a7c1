import { z } from 'zod';
import { type Problem, YamlFile } from './yaml-file.ts';

const texts = z.union([z.string().transform((one) => [one]), z.array(z.string()).min(1)]);

const lineSchema = z
  .strictObject({
    /** What the caller says. */
    caller: z.string().min(1).max(2_000).optional(),
    /** The caller tells what the bot asks for: customer number, PIN, security code, until it asks no more. */
    identify: z.literal(true).optional(),
    /** All of these must be in the reply, in any case of letters; `{…}` is a fact that is asked of the bank. */
    bot: texts.optional(),
    /** One of these must be. */
    any: texts.optional(),
    /** None of these may be. */
    not: texts.optional(),
    /** Wording by its name, of which any way of saying it counts. */
    says: texts.optional(),
    /** Where the reply must come from. */
    source: texts.optional(),
    /** The article that answers, by its id. */
    article: z.string().optional(),
  })
  .refine(
    ({ caller, identify }) => (caller === undefined) !== (identify === undefined),
    'a line has either `caller` or `identify`',
  );

const conversationSchema = z.strictObject({
  name: z.string().min(1).max(200),
  /** What kind of turn it tries. */
  family: z.string().regex(/^[a-z][a-z0-9-]*$/),
  /** Which of the demo bank's customers calls: 1, 2, 3 … */
  customer: z.number().int().min(1).max(8).default(1),
  /** Tried by voice as well. */
  spoken: z.boolean().default(false),
  lines: z.array(lineSchema).min(1).max(60),
  /** What was done at the bank when the call is over, and nothing else. */
  done: texts.default([]),
});

export type ConversationLine = z.output<typeof lineSchema>;
export type Conversation = z.output<typeof conversationSchema> & { readonly file: string };

/** The conversations of a file in `conversations/`. */
export function readConversations(
  file: string,
  text: string,
): { readonly conversations: readonly Conversation[]; readonly problems: readonly Problem[] } {
  const source = new YamlFile(file, text);
  if (source.problems.length > 0) return { conversations: [], problems: source.problems };
  const parsed = z.array(conversationSchema).safeParse(source.value);
  if (parsed.success) return { conversations: parsed.data.map((one) => ({ ...one, file })), problems: [] };
  return { conversations: [], problems: parsed.error.issues.map((issue) => source.problemOf(issue)) };
}
