import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import pg from 'pg';
import { payloadValue } from '../../api/temporal-payloads.ts';
import type { TurnOutcome } from '../../domain/call.ts';
import { wording } from '../../domain/wording.ts';
import { temporalOf } from '../support/stack-temporal.ts';
import type { ChaosCaller, Heard } from './caller.ts';
import type { TransferDesk } from './transfer-desk.ts';

export interface Call {
  readonly caller: ChaosCaller;
  readonly heard: readonly Heard[];
  readonly askedForPerson: boolean;
}

export interface Checked {
  readonly turns: number;
  readonly answered: number;
  readonly failed: number;
  /** What a caller said and the service took, and no row knows of; rows that no history knows of, and the other way. */
  readonly lost: number;
  /** Words heard twice, turns recorded twice, tools that had two effects. */
  readonly duplicated: number;
  readonly orphanWorkflows: number;
  readonly openPipes: number;
  readonly transfers: number;
  /** Each violation in words. */
  readonly violations: readonly string[];
}

interface Row {
  readonly session_id: string;
  readonly turn: number;
  readonly status: 'answered' | 'failed';
  readonly transcript: string;
  readonly reply: string;
  readonly heard_reply: string | null;
}

/** Looks at Postgres, Temporal, the API processes and the transfer desk after the storm. */
export async function checkInvariants(options: {
  readonly calls: readonly Call[];
  /** Of the service's processes: where its Temporal server and its database are. */
  readonly env: { readonly TEMPORAL_ADDRESS: string; readonly DATABASE_URL: string } & Readonly<Record<string, string>>;
  readonly apiUrls: readonly string[];
  readonly desk: TransferDesk;
  readonly readable: boolean;
}): Promise<Checked> {
  const { calls, env, apiUrls, desk, readable } = options;
  const temporal = await temporalOf({ temporalAddress: env.TEMPORAL_ADDRESS }, env);
  const { client } = temporal;
  const lost: string[] = [];
  const duplicated: string[] = [];

  const orphanWorkflows = await settles(async () => {
    // Speech is made ahead for as long as that takes; no caller waits for it.
    const { count } = await client.workflow.count("ExecutionStatus='Running' and WorkflowType != 'speechAhead'");
    return count;
  });
  const openPipes = await settles(async () => {
    const counts = await Promise.all(apiUrls.map(openTurns));
    return counts.reduce((sum, count) => sum + count, 0);
  });

  const database = new pg.Client({ connectionString: env.DATABASE_URL });
  await database.connect();
  const { rows } = await database.query<Row>(
    'select session_id, turn, status, transcript, reply, heard_reply from turns order by 1, 2',
  );
  const { rows: open } = await database.query("select id from sessions where status = 'active'");
  await database.end();
  for (const { id } of open) lost.push(`session ${id}: its end is not recorded`);

  for (const { caller, heard, askedForPerson } of calls) {
    const id = caller.sessionId;
    const own = rows.filter((row) => row.session_id === id);
    const numbers = own.map(({ turn }) => turn);
    if (numbers.some((turn, i) => turn !== i + 1)) lost.push(`${id}: turns ${numbers.join(', ')} are not 1, 2, 3 …`);
    for (const { text, turns, result } of heard) {
      if (result === 'unanswered') lost.push(`${id}: nobody answered '${text}'`);
      for (const turn of turns) if (!numbers.includes(turn)) lost.push(`${id}: turn ${turn} ('${text}') is not recorded`);
    }
    const timesSaid = new Map<string, number>();
    for (const { text, said } of heard) timesSaid.set(text, (timesSaid.get(text) ?? 0) + said);
    for (const [text, said] of readable ? timesSaid : []) {
      const times = own.filter(({ transcript }) => transcript === text).length;
      if (times > said) duplicated.push(`${id}: '${text}' was said ${said} times and recorded ${times} times`);
    }
    compareWithHistory(id, own, await outcomesOf(client, `call-${id}`), lost);
    for (const [turn, texts] of caller.told) {
      const row = own.find((candidate) => candidate.turn === turn);
      const replies = texts.filter((text) => text !== wording.apology && text !== wording.filler);
      const told = squeeze(replies.join(' '));
      if (row?.status === 'answered' && told.length > squeeze(row.reply).length) {
        duplicated.push(`${id}: of turn ${turn} was told '${replies.join(' ')}' where '${row.reply}' is recorded`);
      }
    }
    for (const repeated of readable ? repeatedWords(caller.heardTexts, timesSaid) : []) {
      duplicated.push(`${id}: '${repeated}' was heard too often`);
    }
    const effects = [...desk.effects.values()].filter((session) => session === id).length;
    if (effects > 1) duplicated.push(`${id}: was handed over ${effects} times`);
    if (askedForPerson && effects === 0) lost.push(`${id}: asked for a person and was handed to nobody`);
  }
  await temporal.close();
  return {
    turns: rows.length,
    answered: rows.filter(({ status }) => status === 'answered').length,
    failed: rows.filter(({ status }) => status === 'failed').length,
    lost: lost.length,
    duplicated: duplicated.length,
    orphanWorkflows,
    openPipes,
    transfers: desk.effects.size,
    violations: [...lost, ...duplicated],
  };
}

/** The number once it is 0, or what it stays at. */
async function settles(count: () => Promise<number>): Promise<number> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const last = await count();
    if (last === 0 || Date.now() > deadline) return last;
    // A cluster counts for a namespace ten times a second, and no more.
    await sleep(500);
  }
}

async function openTurns(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^voicebot_open_turns (\d+)/m.exec(text)?.[1]);
}

/** Outcomes of a call's turns as its histories have them, over all its runs. */
async function outcomesOf(client: Client, workflowId: string): Promise<TurnOutcome[]> {
  const found: TurnOutcome[] = [];
  // From the last run back to the first.
  for (let runId: string | undefined, last = true; runId || last; last = false) {
    const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    runId = events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId || undefined;
    for (const event of events ?? []) {
      const payload = event.workflowExecutionUpdateCompletedEventAttributes?.outcome?.success?.payloads?.[0];
      if (!payload) continue;
      const outcome = (await payloadValue(client, payload)) as Partial<TurnOutcome>;
      if (outcome.status === 'answered' || outcome.status === 'failed') found.push(outcome as TurnOutcome);
    }
  }
  return found;
}

function compareWithHistory(id: string, rows: readonly Row[], outcomes: readonly TurnOutcome[], lost: string[]): void {
  for (const row of rows) {
    const known = outcomes.filter(({ turn }) => turn === row.turn);
    if (
      !known.some(
        (outcome) => outcome.status === row.status && outcome.transcript === row.transcript && outcome.reply === row.reply,
      )
    ) {
      lost.push(`${id}: turn ${row.turn} is recorded otherwise than its history has it`);
    }
  }
  const recorded = new Set(rows.map(({ turn }) => turn));
  for (const { turn } of outcomes) if (!recorded.has(turn)) lost.push(`${id}: turn ${turn} is in the history alone`);
}

/** Sentences that belong to one question, heard more often than it was asked. Prompts and other phrases may come again. */
function repeatedWords(texts: readonly string[], timesSaid: ReadonlyMap<string, number>): string[] {
  const own = texts.filter((text) => text.startsWith('So: Tell me about'));
  const count = (wanted: string) => own.filter((text) => text === wanted).length;
  return [...new Set(own)].filter((text) => count(text) > (timesSaid.get(text.replace('So: ', '')) ?? 1));
}

const squeeze = (text: string) => text.replace(/\s+/g, ' ').trim();
