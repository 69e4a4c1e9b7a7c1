import { parse } from 'yaml';
import { messageOf, VoicebotError } from '../errors.ts';

/** An approved text. Its first paragraph is what is spoken; the rest is for finding it, and for people. */
export interface Article {
  /** Letters, digits and dashes; cited in the record of a turn. */
  readonly id: string;
  readonly title: string;
  /** ISO 639-1. */
  readonly language: string;
  /** How callers ask for it. */
  readonly questions: readonly string[];
  /** The first paragraph, without markup. */
  readonly answer: string;
  /** All of it, as markdown. */
  readonly body: string;
}

const frontMatter = /^---\r?\n([\s\S]*?)\r?\n---\r?\n/;
/** What a caller listens to in one go. */
const maxAnswerCharacters = 600;

/**
 * Reads a markdown file: front matter with `id`, `title`, `language` (en when unset) and a list of `questions`, then the text.
 * @throws VoicebotError `invalid-request` that names the file and what is missing.
 */
export function parseArticle(markdown: string, file: string): Article {
  const problem = (what: string) =>
    new VoicebotError('invalid-request', `${file}: ${what}.`, { hint: 'See docs/knowledge.md for what an article looks like.' });
  const match = frontMatter.exec(markdown);
  if (!match) throw problem('it does not begin with front matter between two lines of ---');
  let fields: Record<string, unknown>;
  try {
    fields = (parse(match[1] ?? '') ?? {}) as Record<string, unknown>;
  } catch (error) {
    throw problem(`its front matter is no YAML: ${messageOf(error)}`);
  }
  const { id, title, language = 'en', questions = [] } = fields;
  if (typeof id !== 'string' || !/^[a-z0-9][a-z0-9-]{0,63}$/.test(id)) {
    throw problem('it needs an `id` of small letters, digits and dashes');
  }
  if (typeof title !== 'string' || title === '') throw problem('it needs a `title`');
  if (typeof language !== 'string' || !/^[a-z]{2,3}$/.test(language)) throw problem('`language` is no ISO 639-1 code');
  if (!isTexts(questions)) throw problem('`questions` must be a list of texts');
  const body = markdown.slice(match[0].length).trim();
  const [answer = ''] = paragraphsOf(body);
  if (!answer) throw problem('it has no text');
  if (answer.length > maxAnswerCharacters) {
    throw problem(`its first paragraph, which is spoken, has ${answer.length} characters and may have ${maxAnswerCharacters}`);
  }
  return { id, title, language, questions, answer, body };
}

const isTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every((item) => typeof item === 'string');

/** Paragraphs without headings and markup. */
export function paragraphsOf(body: string): string[] {
  return body
    .split(/\r?\n\s*\r?\n/)
    .map((block) =>
      block
        .split(/\r?\n/)
        .filter((line) => !/^\s*#/.test(line))
        .map((line) => line.replace(/^\s*(?:[-*+]|\d+\.)\s+/, '').replace(/[*_`]|\[([^\]]*)\]\([^)]*\)/g, '$1'))
        .join(' ')
        .replace(/\s+/g, ' ')
        .trim(),
    )
    .filter(Boolean);
}
