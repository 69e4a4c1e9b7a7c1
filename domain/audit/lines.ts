import { z } from 'zod';

/** A line of the file of anchors. */
export const anchorLine = z.object({ seq: z.number().int(), hash: z.string(), atMs: z.number() });

/** A line of an export. */
export const entryLine = anchorLine.extend({
  actor: z.string(),
  role: z.string(),
  tenant: z.string(),
  address: z.string(),
  action: z.string(),
  target: z.record(z.string(), z.string()),
  status: z.number(),
});

/** Reads JSON Lines. @throws where one of them is something else. */
export const linesIn = <T>(text: string, schema: z.ZodType<T>): T[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => schema.parse(JSON.parse(line)));
