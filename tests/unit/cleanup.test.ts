import { pino } from 'pino';
import { expect, it } from 'vitest';
import { Cleanup } from '../../services/cleanup.ts';

/** A cleanup whose steps may take a moment only, and what it says. */
function made() {
  const said: { part: string; msg: string; error?: string }[] = [];
  const logger = pino({ level: 'info' }, { write: (line: string) => void said.push(JSON.parse(line)) });
  const told = () => said.map(({ part, msg, error }) => ({ part, msg, ...(error ? { error } : {}) }));
  return { cleanup: new Cleanup(logger, { patienceMs: 10, boundMs: 50 }), told };
}

it('undoes what was started last first, and once', async () => {
  const { cleanup, told } = made();
  const undone: string[] = [];
  for (const name of ['database', 'API']) cleanup.add(name, async () => void undone.push(name));
  await Promise.all([cleanup.run(), cleanup.run()]);
  expect(undone).toEqual(['API', 'database']);
  expect(told()).toEqual([]);
});

it('goes on where a step fails or does not end, and names it', async () => {
  const { cleanup, told } = made();
  const undone: string[] = [];
  cleanup.add('database', async () => void undone.push('database'));
  cleanup.add('workers', () => new Promise(() => undefined));
  cleanup.add('API', () => Promise.reject(new Error('it is on fire')));
  await cleanup.run();
  expect(undone).toEqual(['database']);
  expect(told()).toEqual([
    { part: 'API', msg: 'did not stop cleanly', error: 'it is on fire' },
    { part: 'workers', msg: 'still stopping' },
    { part: 'workers', msg: 'does not stop, and is left behind' },
  ]);
});
