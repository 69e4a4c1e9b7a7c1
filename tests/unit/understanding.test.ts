import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Keypad } from '../../api/live/keypad.ts';
import { partsJoint } from '../../domain/dialog/state.ts';
import { parseArticle } from '../../domain/knowledge/article.ts';
import { chooseArticle } from '../../domain/knowledge/choose.ts';
import { learn } from '../../domain/understanding/learn.ts';
import { Logistic, thresholdFor } from '../../domain/understanding/logistic.ts';
import { differencesOf } from '../../domain/understanding/same-claim.ts';
import { SemanticModel } from '../../domain/understanding/semantic-model.ts';
import { sparseDot, TextFeatures } from '../../domain/understanding/text-features.ts';
import { ThreadedRouterTrainer } from '../../engines/router/router-trainer.ts';
import { Sealer } from '../../media/sealed.ts';
import { fakeEmbedder } from '../fakes/engines.ts';
import { randomFrom } from '../support/random.ts';
import { testRuntime } from '../support/runtime.ts';

const known = () => true;

describe('two questions', () => {
  it.each([
    ['How do I open an account?', 'How do I close an account?', 'opposite'],
    ['Can I withdraw 500 dollars?', 'Can I withdraw 900 dollars?', 'number'],
    ['Can I use my card abroad?', 'Can I not use my card abroad?', 'negation'],
  ])('%s and %s may not have the same answer', (a, b, why) => expect(differencesOf(a, b, known).veto).toBe(why));

  it('differ by names that are known from nowhere', () => {
    const vocabulary = new Set(['tell', 'me', 'about']);
    expect(differencesOf('Tell me about Xarl', 'Tell me about Quon', (word) => vocabulary.has(word)).veto).toBe('name');
  });

  it('may be worded differently', () =>
    expect(differencesOf('How are you?', 'How are you doing today?', known).veto).toBeUndefined());
});

describe('the router', () => {
  const random = randomFrom(3);
  const direction = (topic: number) =>
    Float32Array.from({ length: 16 }, (_, i) => (i === topic ? 1 : 0) + (random() - 0.5) * 0.3).map(
      (value, _i, all) => value / Math.hypot(...all),
    );
  const words = ['balance money account', 'card lost stolen', 'weather rain sun'];
  const examples = words.flatMap((text, topic) =>
    Array.from({ length: 20 }, (_, n) => ({
      text: `${text.split(' ')[n % 3]} question ${'abcdefghijklmnopqrst'[n]}`,
      label: `topic ${topic}`,
      embedding: direction(topic),
    })),
  );
  const model = new SemanticModel(examples, learn(examples));

  it('knows a question of each kind, and is sure of it', () => {
    for (const topic of [0, 1, 2]) {
      const routing = model.route(`${words[topic]?.split(' ')[0]} please`, direction(topic));
      expect(routing.label).toBe(`topic ${topic}`);
      expect(routing.confidence).toBeGreaterThan(0.5);
    }
  });

  it('is less sure between two kinds', () => {
    const between = direction(0).map((value, i) => (value + (direction(1)[i] as number)) / Math.SQRT2);
    expect(model.route('something else', between).probability).toBeLessThan(model.route('balance', direction(0)).probability);
  });

  it('learns the same from the same examples', () => {
    const again = new SemanticModel(examples, learn(examples));
    expect(again.route('money', direction(0)).probability).toBeCloseTo(model.route('money', direction(0)).probability, 1);
    expect(again.sureFrom).toBe(model.sureFrom);
  });

  it('learns the same in a thread of its own, which can be ended then, and keeps it for the next start', async () => {
    const cacheDir = await mkdtemp(join(tmpdir(), 'voicebot-router-'));
    await symlink(join(testRuntime().cacheDir, 'files'), join(cacheDir, 'files'));
    const known = new Map(examples.map(({ text, embedding }) => [text, embedding]));
    let embedded = 0;
    const embedder = {
      ...fakeEmbedder({}),
      embed: async (texts: readonly string[]) => {
        embedded++;
        return texts.map((text) => known.get(text) as Float32Array);
      },
    };
    const phrases = examples.map(({ text, label }) => ({ text, label }));
    const trainer = new ThreadedRouterTrainer(testRuntime({ cacheDir }));
    const taught = await trainer.teach(phrases, embedder);
    expect(taught).toEqual({ examples, learnt: learn(examples) });
    await trainer.unload();
    expect(trainer.loaded).toBe(false);

    const later = new ThreadedRouterTrainer(testRuntime({ cacheDir }));
    expect(await later.teach(phrases, embedder)).toEqual(taught);
    expect([embedded, later.loaded]).toEqual([1, false]);

    const [folder = ''] = (await readdir(join(cacheDir, 'prepared'))).filter((name) => name.startsWith('router'));
    const file = join(cacheDir, 'prepared', folder, 'router.bin');
    const bytes = await readFile(file);
    bytes[100] = (bytes[100] as number) ^ 1;
    await writeFile(file, bytes);
    expect(await later.teach(phrases, embedder)).toEqual(taught);
    expect(embedded, 'what is damaged is learnt anew').toBe(2);
    await later.unload();
    await rm(cacheDir, { recursive: true, force: true });
  });
});

describe('the statistics behind it', () => {
  it('learns which feature tells', () => {
    const random = randomFrom(5);
    const rows = Array.from({ length: 400 }, () => [random(), random()]);
    const logistic = Logistic.fit(
      rows,
      rows.map(([a = 0]) => a > 0.5),
    );
    expect(logistic.probability([0.9, 0.1])).toBeGreaterThan(0.9);
    expect(logistic.probability([0.1, 0.9])).toBeLessThan(0.1);
  });

  it('takes the mean for a feature that is not known', () => {
    const rows = [
      [0, 1],
      [Number.NaN, 3],
      [4, 1],
      [2, Number.NaN],
    ];
    const logistic = Logistic.fit(rows, [false, true, true, false]);
    expect(logistic.parameters.means).toEqual([2, 5 / 3]);
    expect(logistic.probability([Number.NaN, Number.NaN])).toBeCloseTo(logistic.probability([2, 5 / 3]), 12);
    expect(logistic.parameters.weights.every(Number.isFinite)).toBe(true);
  });

  it('sets a threshold that lets few wrong ones pass', () => {
    const cases = Array.from({ length: 100 }, (_, i) => ({ probability: i / 100, right: i !== 20 && i !== 50 }));
    expect(thresholdFor(cases, { maxWrong: 0 })).toBe(0.51);
    expect(thresholdFor(cases, { maxWrong: 0.0199 })).toBe(0.21);
    expect(thresholdFor(cases, { maxWrong: 0, least: 0.9 })).toBeLessThanOrEqual(0.1);
  });

  it('sees words that texts share', () => {
    const features = new TextFeatures(['lost card', 'open account']);
    expect(sparseDot(features.of('lost card'), features.of('lost card'))).toBeCloseTo(1, 5);
    expect(sparseDot(features.of('lost card'), features.of('open account'))).toBeLessThan(0.1);
  });
});

describe('articles', () => {
  const text = '---\nid: hours\ntitle: Hours\nquestions:\n  - "When?"\n---\n\n# Hours\n\nWe are **open**.\n\nMore.';

  it('have what is spoken in their first paragraph, without markup', () => {
    expect(parseArticle(text, 'hours.md')).toMatchObject({
      id: 'hours',
      language: 'en',
      questions: ['When?'],
      answer: 'We are open.',
    });
  });

  it.each([
    ['no front matter', 'hours.md: it does not begin'],
    ['---\ntitle: Hours\n---\ntext', 'hours.md: it needs an `id`'],
    ['---\nid: hours\ntitle: Hours\n---\n\n# Only a title', 'hours.md: it has no text'],
    ['---\nid: [\n---\n', 'hours.md: its front matter is no YAML'],
  ])('are refused with what is wrong: %s', (markdown, message) => {
    expect(() => parseArticle(markdown, 'hours.md')).toThrow(message);
  });

  it('answer only where one is near, and nearer than the others', () => {
    const at = (articleId: string, similarity: number) => ({ articleId, similarity });
    expect(chooseArticle([at('a', 0.9), at('b', 0.5)], [at('a', 0.9)])).toMatchObject({ articleId: 'a', sure: true });
    expect(chooseArticle([at('a', 0.65), at('b', 0.5)], [at('a', 0.65)])).toMatchObject({ articleId: 'a', sure: false });
    expect(chooseArticle([at('a', 0.5), at('b', 0.48)], [at('a', 0.5)])).toBeUndefined();
    expect(chooseArticle([at('a', 0.3)], [at('a', 0.3)])).toBeUndefined();
    expect(chooseArticle([], [])).toBeUndefined();
  });
});

describe('what is told in confidence', () => {
  it('is opened with the same key alone, and looks different each time', () => {
    const sealer = new Sealer('a secret of more than thirty-two letters');
    expect(sealer.open(sealer.seal('24680'))).toBe('24680');
    expect(sealer.seal('24680')).not.toBe(sealer.seal('24680'));
    expect(() => new Sealer('another secret').open(sealer.seal('24680'))).toThrow('cannot be read here');
    expect(sealer.seal('24680')).not.toContain('24680');
    expect(sealer.open(`${sealer.seal('4821')}${partsJoint}${sealer.seal('3957')}`)).toBe('48213957');
  });
});

describe('keys of the telephone', () => {
  it('are collected while digits are asked for', () => {
    const keypad = new Keypad();
    for (const key of '1234') expect(keypad.press(key, 5, 0).kind).toBe('collected');
    expect(keypad.press('5', 5, 0)).toEqual({ kind: 'digits', digits: '12345' });
  });

  it('end with #, begin anew with *, and after a long pause', () => {
    const keypad = new Keypad();
    for (const key of '12*3') keypad.press(key, 5, 0);
    expect(keypad.press('#', 5, 0)).toEqual({ kind: 'digits', digits: '3' });
    keypad.press('7', 2, 0);
    expect(keypad.press('8', 2, 60_000)).toEqual({ kind: 'collected' });
  });

  it('0 asks for a person where nothing is asked for', () => {
    expect(new Keypad().press('0', undefined, 0)).toEqual({ kind: 'person' });
    expect(new Keypad().press('5', undefined, 0)).toEqual({ kind: 'ignored' });
  });

  it('* stops the recording and # lets it go on, but not the # that ends digits which were complete', () => {
    const keypad = new Keypad();
    expect(keypad.press('*', undefined, 0)).toEqual({ kind: 'recording', recorded: false });
    expect(keypad.press('#', undefined, 0)).toEqual({ kind: 'recording', recorded: true });
    for (const key of '12345') keypad.press(key, 5, 20_000);
    expect(keypad.press('#', undefined, 21_000)).toEqual({ kind: 'ignored' });
    expect(keypad.press('#', undefined, 60_000)).toEqual({ kind: 'recording', recorded: true });
  });
});
