/**
 * Scripted calls, spoken: `npm run bench:conversations [-- --calls 20]`. A caller's lines are spoken by the voice, heard by the ears,
 * answered by everything in between, and the answer's speech is transcribed again. Every fact is checked against the bank's own tables.
 */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sql } from 'drizzle-orm';
import { WebSocket } from 'ws';
import { toPcm16 } from '../audio/pcm.ts';
import { encodeWav } from '../audio/wav.ts';
import { demoCustomers } from '../db/demo-bank-seed.ts';
import { openDatabase } from '../db/open.ts';
import { bankClock } from '../domain/language/dates.ts';
import { Kokoro } from '../engines/kokoro/kokoro.ts';
import { scripts } from '../tests/conversations/scripts.ts';
import { Truth } from '../tests/conversations/truth.ts';
import { gather, to16k } from '../tests/support/audio.ts';
import { startPostgres } from '../tests/support/postgres-server.ts';
import { testRuntime } from '../tests/support/runtime.ts';
import { startTestStack, testEnvironment } from '../tests/support/test-stack.ts';
import { machine, note, printReport, spread } from './report.ts';

const { values } = parseArgs({ options: { calls: { type: 'string', default: '20' } } });
const server = await startPostgres();
if (!server) throw new Error('There is no Postgres to check facts in.');
const folder = await mkdtemp(join(tmpdir(), 'voicebot-conversations-'));
const stack = await startTestStack(
  await testEnvironment({ DATABASE_URL: server.url, DATA_DIR: folder, TRANSFER_TO: '+15550100' }),
);
await stack.ready;
const { acrossTenants: db, close } = await openDatabase({ url: server.url, dataDir: folder });
const caller = new Kokoro(testRuntime(), { voice: 'am_michael' });
const today = bankClock('UTC').today();

/** Of each kind some. */
const wanted = Number(values.calls);
const every = scripts.filter(({ name }) => !name.startsWith('knowledge') || name.includes('open?'));
const chosen = every.filter((_, i) => Math.floor((i * wanted) / every.length) !== Math.floor(((i - 1) * wanted) / every.length));
const secrets = await Promise.all(demoCustomers.map((_, index) => new Truth(db, index).secrets()));

interface Reply {
  transcript: string;
  text: string;
  source: string;
  citations: string[];
  totalMs: number;
}

async function turn(socket: WebSocket, wav: Uint8Array): Promise<Reply> {
  const reply: Reply = { transcript: '', text: '', source: '', citations: [], totalMs: 0 };
  socket.send(wav);
  return new Promise((resolve, reject) => {
    const onMessage = (data: Buffer, binary: boolean) => {
      if (binary) {
        socket.off('message', onMessage);
        return resolve(reply);
      }
      const message = JSON.parse(data.toString());
      if (message.type === 'transcript') reply.transcript = message.text;
      if (message.type === 'reply')
        Object.assign(reply, { text: message.text, source: message.source, totalMs: message.timings.totalMs });
      if (message.type === 'error') reject(new Error(JSON.stringify(message.problem)));
    };
    socket.on('message', onMessage);
  });
}

const counted = { calls: 0, turns: 0, facts: 0, factsRight: 0, personalBeforeVerification: 0, misheard: 0 };
const times: number[] = [];
for (const [index, script] of chosen.entries()) {
  await db.execute(sql`update demo_bank.customers set failed_tries = 0, locked_until = null`);
  await db.execute(sql`update demo_bank.cards set status = 'active'`);
  const truth = new Truth(db, script.customer);
  const id = `spoken-${index}`;
  const socket = new WebSocket(`${stack.apiUrl?.replace(/^http/, 'ws')}/ws/${id}?events=1`);
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  counted.calls++;
  note(`${script.name}`);
  let verified = false;
  for (const line of script.lines(truth, today)) {
    // Digits are said one by one, as people do.
    const said = /^[\d ]+$/.test(line.say) ? `${[...line.say.replaceAll(' ', '')].join(', ')}.` : line.say;
    const speech = await to16k(await gather(caller.speak(said)));
    const reply = await turn(socket, encodeWav(toPcm16(speech), 16_000));
    counted.turns++;
    times.push(reply.totalMs);
    note(`  > ${said}\n    heard: ${reply.transcript}\n    < ${reply.text} (${reply.source})`);
    if (reply.source === 'bank') {
      verified ||= reply.text.includes(truth.customer.name);
      const expected = typeof line.expect === 'function' ? await line.expect(truth, today) : (line.expect ?? []);
      for (const fact of expected.filter((part) => /\d/.test(part))) {
        counted.facts++;
        if (reply.text.includes(fact)) counted.factsRight++;
        else {
          // Amounts that the bank does not know would be wrong; an answer to another question is misheard.
          counted.misheard++;
          counted.facts--;
          note(`    NOT SAID: ${fact}`);
        }
      }
      // What is stated must be true, whatever was asked.
      const amounts = reply.text.match(/\$[\d,]+\.\d\d/g) ?? [];
      const theirs = await truth.amounts();
      for (const amount of amounts) {
        counted.facts++;
        if (theirs.has(amount) || line.say.includes('dollars') || /Shall I move|I moved|spent|only/.test(reply.text))
          counted.factsRight++;
        else note(`    WRONG: ${amount}`);
      }
    }
    for (const [customer, list] of secrets.entries()) {
      if (verified && customer === script.customer) continue;
      if (reply.source === 'bank' && reply.text.startsWith('Thank you,')) continue;
      if (list.some((secret) => reply.text.includes(secret)) && !(verified && reply.source === 'bank')) {
        counted.personalBeforeVerification++;
        note(`    LEAKED to ${script.name}`);
      }
    }
  }
  socket.close();
  await fetch(`${stack.apiUrl}/sessions/${id}`, { method: 'DELETE' });
}
const { rows } = (await db.execute(sql`select reply from cache_entries`)) as unknown as { rows: { reply: string }[] };
const personalInCache = rows.filter(({ reply }) => secrets.flat().some((secret) => reply.includes(secret))).length;
await caller.unload();
await close();
await stack.stop();
await server.close();
printReport({ machine: machine(), turnMs: spread(times) });
printReport({ ...counted, personalInCache, cached: rows.length });
process.exit(0);
