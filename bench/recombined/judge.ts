import type { Assistant } from '../../domain/assistant/assistant.ts';
import type { Behaviour } from '../../domain/assistant/behaviours.ts';
import type { Slots } from '../../domain/dialog/slots.ts';
import type { DialogState, Request } from '../../domain/dialog/state.ts';
import type { Next } from '../../domain/dialog/steps.ts';
import type { Frame } from './grammar.ts';

export type Verdict = 'found' | 'asked' | 'wrong';

export interface Judged {
  readonly verdict: Verdict;
  /** Where the frame is not the one that the sentence was made from. */
  readonly because?: string;
}

/** Read beside what was asked, and restricting nothing by itself. */
const free: readonly (keyof Slots)[] = ['direction', 'day', 'time'];
/** Read of what lies behind, beside an appointment, which lies ahead. */
const behind: readonly (keyof Slots)[] = ['days', 'earlier'];

/** Compares what is done about a sentence with what it was made from: a frame that is not found must not be acted on. */
export function judge(assistant: Assistant, frame: Frame, dialog: DialogState, next: Next): Judged {
  if (next.kind === 'think') return { verdict: 'wrong', because: 'the model talks' };
  if (next.kind === 'said') {
    return next.source === 'approved' ? { verdict: 'asked' } : { verdict: 'wrong', because: `${next.source}: ${next.reply}` };
  }
  const { step } = next;
  if (step.kind !== 'query' && step.kind !== 'prepare') return { verdict: 'wrong', because: step.kind };
  const difference = differs(assistant, frame, step.request);
  // The other wish comes first, and this one is kept.
  const kept =
    frame.open?.includes(assistant.does(step.request.intent)) &&
    opened(assistant, dialog).some((does) => frame.does.includes(does));
  if (difference && kept) return { verdict: 'asked' };
  if (difference) return { verdict: 'wrong', because: difference };
  const open = opened(assistant, dialog);
  // A list and a sum of payments are told apart once it is their turn.
  const same = (does: Behaviour) => (does === 'payments' ? 'spending' : does);
  const missing = frame.open && !frame.open.some((does) => open.map(same).includes(same(does)));
  return missing ? { verdict: 'wrong', because: `the other wish is lost (${open.join(', ') || 'none'})` } : { verdict: 'found' };
}

const opened = (assistant: Assistant, { open = [] }: DialogState) => open.map(({ intent }) => assistant.does(intent));

function differs(assistant: Assistant, { does, slots: wanted, owned }: Frame, { intent, slots }: Request): string | undefined {
  const doing = assistant.does(intent);
  if (!does.includes(doing)) return `does ${doing}`;
  const keys = new Set([...Object.keys(wanted), ...Object.keys(slots)] as (keyof Slots)[]);
  const said = [slots.purpose, slots.place, slots.person, ...(slots.unexplained ?? [])].filter(Boolean).join(' ').toLowerCase();
  for (const key of keys) {
    if (free.includes(key) && wanted[key] === undefined) continue;
    if (doing === 'call-back' && behind.includes(key)) continue;
    // What nothing explains is said; that is honest, whatever it was.
    if (['unexplained', 'purpose', 'place', 'person'].includes(key)) continue;
    // A card names the account behind it.
    if (key === 'account' && (doing === 'block-card' || doing === 'move-money')) continue;
    if (key === 'merchants' && slots.merchants?.[0] === wanted.merchant) continue;
    const [is, ought] = [JSON.stringify(slots[key]), JSON.stringify(wanted[key])];
    if (is !== ought) return `${key} is ${is}, not ${ought}`;
  }
  if (
    owned &&
    !owned
      .toLowerCase()
      .replace('in ', '')
      .split(' ')
      .every((word) => said.includes(word))
  )
    return `nothing is said of "${owned}" (${said})`;
  return undefined;
}
