import { z } from 'zod';
import { merchantCategories } from '../domain/bank/bank.ts';

/** What a core-banking system answers, as `docs/reference/bank-openapi.json` describes it. */

const money = z.object({
  minor: z.number().int().describe('In the smallest unit of the currency, such as cents.'),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .describe('ISO 4217.'),
});
const day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/)
  .describe('YYYY-MM-DD.');
const lastFour = z
  .string()
  .regex(/^\d{4}$/)
  .describe('The last four digits.');

export const accountSchema = z.object({
  id: z.string(),
  kind: z.enum(['current', 'savings', 'credit']),
  lastFour,
  balance: money,
  available: money.describe('The balance less what is set aside.'),
});

export const cardSchema = z.object({
  id: z.string(),
  kind: z.enum(['debit', 'credit']),
  lastFour,
  status: z.enum(['active', 'blocked', 'ordered']),
});

export const transactionSchema = z.object({
  id: z.string(),
  accountId: z.string(),
  day,
  merchant: z.string(),
  category: z
    .enum(merchantCategories)
    .optional()
    .describe(
      'By the category code of the merchant (ISO 18245). Without it the bot says that it cannot tell kinds of payments apart.',
    ),
  amount: money.describe('Below zero for what was paid.'),
  status: z.enum(['booked', 'pending', 'disputed']),
});

export const transferSchema = z.object({
  id: z.string(),
  day,
  party: z.string().describe('To or from whom.'),
  amount: money,
  status: z.enum(['completed', 'pending', 'rejected']),
  expected: day.optional().describe('When it should arrive, while it is pending.'),
});

export const verificationSchema = z.discriminatedUnion('status', [
  z.object({ status: z.literal('verified'), customerId: z.string(), name: z.string().describe('As the customer is addressed.') }),
  z.object({ status: z.literal('wrong'), triesLeft: z.number().int().min(0) }),
  z.object({ status: z.literal('locked') }),
]);

export const disputeSchema = z.object({
  id: z.string(),
  transactionId: z.string(),
  reference: z.string().describe('What the caller is told, to quote it later.'),
});

export const reservationSchema = z.object({
  id: z.string(),
  accountId: z.string(),
  amount: money,
  status: z.enum(['open', 'settled', 'released']),
});

export const movementSchema = z.object({
  id: z.string(),
  amount: money,
  from: accountSchema.describe('As it is afterwards.'),
  to: accountSchema.describe('As it is afterwards.'),
});

export const callBackSchema = z.object({
  id: z.string(),
  at: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/)
    .describe("In the bank's time zone."),
  topic: z.string(),
});

/** Fields by name: texts, numbers, days (YYYY-MM-DD) and amounts are told to callers. */
export const operationAnswerSchema = z.record(z.string(), z.unknown());

export const outcomeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('card'), card: cardSchema }),
  z.object({ kind: z.literal('dispute'), dispute: disputeSchema }),
  z.object({ kind: z.literal('reservation'), reservation: reservationSchema }),
  z.object({ kind: z.literal('movement'), movement: movementSchema }),
  z.object({ kind: z.literal('call-back'), callBack: callBackSchema }),
  z.object({
    kind: z.literal('operation'),
    answer: operationAnswerSchema.describe('Of an operation that the files of an assistant describe: what it answered.'),
  }),
]);

export const problemSchema = z.object({
  title: z.string().optional(),
  detail: z.string().optional().describe('Of a conflict: told to the caller as it stands.'),
});

const claimSchema = z.object({
  customerNumber: z.string(),
  factor: z.enum(['phone-pin', 'security-code']),
  value: z.string(),
});

interface Operation {
  readonly method: 'get' | 'post';
  readonly path: string;
  readonly summary: string;
  readonly body?: z.ZodType;
  readonly query?: Readonly<Record<string, z.ZodType>>;
  readonly answer: z.ZodType;
}

/** Every request that the bot makes of a bank. */
export const operations = {
  verify: {
    method: 'post',
    path: '/verifications',
    summary: 'Check one factor of a caller',
    body: claimSchema,
    answer: verificationSchema,
  },
  accounts: { method: 'get', path: '/customers/{customerId}/accounts', summary: 'Accounts', answer: z.array(accountSchema) },
  cards: { method: 'get', path: '/customers/{customerId}/cards', summary: 'Cards', answer: z.array(cardSchema) },
  transactions: {
    method: 'get',
    path: '/customers/{customerId}/transactions',
    summary: 'Transactions, newest first',
    query: {
      accountId: z.string(),
      from: day,
      to: day,
      merchant: z.string().describe("A part of the merchant's name, in any case."),
      amountMinor: z.number().int().describe('Without its sign.'),
      direction: z.enum(['in', 'out']),
      limit: z.number().int().min(1).max(1_000),
    },
    answer: z.array(transactionSchema),
  },
  transfers: {
    method: 'get',
    path: '/customers/{customerId}/transfers',
    summary: 'Transfers to and from other banks, newest first',
    answer: z.array(transferSchema),
  },
  blockCard: {
    method: 'post',
    path: '/customers/{customerId}/cards/{cardId}/block',
    summary: 'Block a card',
    answer: cardSchema,
  },
  disputeTransaction: {
    method: 'post',
    path: '/customers/{customerId}/transactions/{transactionId}/dispute',
    summary: 'Report a payment as not the customer’s',
    answer: disputeSchema,
  },
  reserve: {
    method: 'post',
    path: '/customers/{customerId}/reservations',
    summary: 'Set money aside',
    body: z.object({ accountId: z.string(), amount: money }),
    answer: reservationSchema,
  },
  settle: {
    method: 'post',
    path: '/customers/{customerId}/reservations/{reservationId}/settle',
    summary: 'Move what was set aside',
    body: z.object({ toAccountId: z.string() }),
    answer: movementSchema,
  },
  release: {
    method: 'post',
    path: '/customers/{customerId}/reservations/{reservationId}/release',
    summary: 'Give back what was set aside and not moved; the answer tells whether it was moved',
    answer: reservationSchema,
  },
  bookCallBack: {
    method: 'post',
    path: '/customers/{customerId}/call-backs',
    summary: 'Book a call-back',
    body: z.object({ at: callBackSchema.shape.at, topic: z.string() }),
    answer: callBackSchema,
  },
  outcomeOf: {
    method: 'get',
    path: '/customers/{customerId}/orders/{key}',
    summary: 'What the order with this Idempotency-Key has done',
    answer: outcomeSchema,
  },
} as const satisfies Record<string, Operation>;

/** OpenAPI 3.1 of what a core-banking system must answer, from the schemas that check it. */
export function bankOpenApi(version: string): object {
  const json = (schema: z.ZodType) => ({ 'application/json': { schema: z.toJSONSchema(schema, { io: 'output' }) } });
  const problem = (description: string) => ({ description, content: json(problemSchema) });
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [operationId, operation] of Object.entries<Operation>(operations)) {
    const { method, path, summary, body, query = {}, answer } = operation;
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
      ...{ name, in: 'path', required: true, schema: { type: 'string' } },
    }));
    const inQuery = Object.entries(query).map(([name, schema]) => ({ name, in: 'query', schema: z.toJSONSchema(schema) }));
    const key = {
      name: 'Idempotency-Key',
      in: 'header',
      required: true,
      description: 'The same key again does nothing twice and gets the same answer.',
      schema: { type: 'string' },
    };
    paths[path] = {
      ...paths[path],
      [method]: {
        operationId,
        summary,
        parameters: [...inPath, ...inQuery, ...(method === 'post' ? [key] : [])],
        ...(body ? { requestBody: { required: true, content: json(body) } } : {}),
        responses: {
          200: { description: 'Done, now or by an earlier request with this key.', content: json(answer) },
          401: problem('The token is not valid.'),
          404: problem('There is no such customer, account, card or order.'),
          409: problem('It cannot be done; `detail` is told to the caller.'),
          503: problem('Not now; the request is sent again.'),
        },
      },
    };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Core banking for Voicebot Orchestrator',
      version,
      description: 'What the bot asks of a bank. Set BANK=http and BANK_URL to a service that answers this.',
    },
    security: [{ bearer: [] }],
    paths,
    components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
  };
}
