import { describe, expect, it } from 'vitest';
import { readConversations } from '../../domain/assistant/conversation.ts';
import { fill } from '../../domain/assistant/fill.ts';
import { type AssistantFiles, readAssistant } from '../../domain/assistant/read.ts';
import { assistantVersion } from '../../domain/assistant/source.ts';
import { problemText } from '../../domain/assistant/yaml-file.ts';
import { assistant, source } from '../support/assistant.ts';
import { withChequeBooks } from '../support/cheque-book.ts';

const { files } = source;
const problemsOf = (changed: AssistantFiles) => readAssistant({ ...files, ...changed }, 'v', assistant).problems.map(problemText);
const edited = (file: string, from: string | RegExp, to: string) => {
  const before = withChequeBooks()[file] ?? '';
  const after = before.replace(from, to);
  expect(after).not.toBe(before);
  return { ...withChequeBooks(), [file]: after };
};
const cheques = 'intents/order-cheque-book.yaml';

describe('the files of an assistant', () => {
  it('that ships are read without a problem', () => {
    expect(readAssistant(files, 'v').problems).toEqual([]);
    expect(problemsOf(withChequeBooks())).toEqual([]);
  });

  it.each([
    [
      'a missing operation',
      edited(cheques, 'orderChequeBook', 'orderCheques'),
      /^intents\/order-cheque-book\.yaml:3: .*no operation 'orderCheques'.*orderChequeBook/,
    ],
    ['an order without a confirmation', edited(cheques, /confirm: .*\n/, ''), /needs `confirm`/],
    [
      'a value that the bank does not take',
      edited(cheques, '  size:', '  colour:'),
      /takes no 'colour'; it takes: account, size/,
    ],
    [
      'a placeholder that nobody fills',
      edited(cheques, '{reference}', '{refrence}'),
      /nothing fills \{refrence\}; only: account, size, reference, arrives/,
    ],
    [
      'less trust than it needs',
      edited('intents/move-money.yaml', 'phrases:', 'trust: none\nphrases:'),
      /move-money\.yaml:3: `move-money` needs `trust: stepped-up`/,
    ],
    [
      'a phrase of two intents',
      edited(cheques, '  - Order cheques for me.', '  - i LOST my card!'),
      /order-cheque-book\.yaml:9: the phrase .* belongs to 'card-block' too/,
    ],
    ['something unknown', edited(cheques, 'does: order', 'does: magic'), /order-cheque-book\.yaml:1: does: /],
    ['what follows is not there', edited(cheques, 'afterwards: balance', 'afterwards: nothing'), /there is no intent 'nothing'/],
    [
      'a circle',
      { ...edited('intents/balance.yaml', 'phrases:', 'afterwards: order-cheque-book\nphrases:') },
      /circle: balance → order-cheque-book → balance/,
    ],
    [
      'wording that nothing says',
      edited('wording.yaml', /^why:/m, 'whyy:'),
      /wording\.yaml:\d+: nothing is said by the name 'whyy'/,
    ],
    [
      'a placeholder of wording',
      edited('wording.yaml', '{first}', '{one}'),
      /wording\.yaml:\d+: nothing fills \{one\}; only: first, second/,
    ],
    ['no YAML', { 'wording.yaml': 'a: [b' }, /^wording\.yaml:1: /],
    [
      'a language that is not read',
      edited('assistant.yaml', 'language: en', 'language: de'),
      /assistant\.yaml:2: .*'de'; only in: en/,
    ],
    ['a file of fifty megabytes', { 'wording.yaml': 'x'.repeat(50_000_000) }, /^wording\.yaml: it has 50000000 characters/],
    [
      'an alias that is repeated without end',
      { 'wording.yaml': `a: &a [x,x]\nb: &b [*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c]\n` },
      /wording\.yaml: it cannot be read/,
    ],
  ] as const)('are refused for %s', (_what, changed, expected) => {
    expect(problemsOf(changed as AssistantFiles).join('\n')).toMatch(expected);
  });

  it('take the words of the product where they have none', () => {
    const read = readAssistant({ ...files, 'wording.yaml': 'why: [Because., So.]' }, 'v', assistant).assistant;
    expect(read?.wordingOf('identity')).toEqual(assistant.wordingOf('identity'));
    const said = new Set(['a', 'b', 'c', 'd', 'e', 'f'].map((seed) => read?.saying(seed)('why')));
    expect(said).toEqual(new Set(['Because.', 'So.']));
    expect(read?.saying('a')('why')).toBe(read?.saying('a')('why'));
  });

  it('have a version that only what they say changes', () => {
    const turned = Object.fromEntries(Object.entries(files).reverse());
    expect(assistantVersion(turned)).toBe(assistant.version);
    expect(assistantVersion({ ...files, 'wording.yaml': '' })).not.toBe(assistant.version);
  });

  it('leave no gap where nothing is filled in', () => {
    expect(fill('I find {n} payments {where}.', { n: '2', where: '' })).toBe('I find 2 payments.');
    expect(fill('{a}, {b}', { a: '$1.50', b: 'x {a}' })).toBe('$1.50, x {a}');
  });
});

describe('conversations as files', () => {
  it('are read, and what is wrong is named by line', () => {
    const good = '- name: a\n  family: b\n  lines:\n    - caller: Hello\n      bot: Hi\n';
    expect(readConversations('c.yaml', good).conversations).toMatchObject([{ customer: 1, done: [], lines: [{ bot: ['Hi'] }] }]);
    const { problems } = readConversations('c.yaml', good.replace('caller', 'calller'));
    expect(problems.map(problemText).join('\n')).toMatch(/^c\.yaml:4: .*calller/);
  });
});
