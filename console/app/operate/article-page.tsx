import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Check, Trash2, Volume2 } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { Link, useLocation, useParams } from 'wouter';
import { api, type Schemas, soundUrl, take } from '../data/api.ts';
import { useWho } from '../shell/who.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { wholeMoment } from '../ui/format.ts';
import { Button, Card, Field, Loaded, PageHead, Trouble, tell } from '../ui/parts.tsx';

type Article = Schemas['ArticleDetail'];

interface Draft {
  readonly id: string;
  readonly title: string;
  readonly language: string;
  readonly questions: string;
  readonly body: string;
}

const empty: Draft = { id: '', title: '', language: 'en', questions: '', body: '' };
/** What a caller listens to in one go; the service refuses more. */
const maxSpoken = 600;

/** One article: edited, heard, approved. */
export function ArticlePage() {
  const { id = '' } = useParams<{ id: string }>();
  const { tenant } = useWho();
  const query = useQuery({
    queryKey: ['article', tenant, id],
    queryFn: () => take(api.GET('/knowledge/articles/{article}', { params: { path: { article: id }, query: { tenant } } })),
    enabled: id !== 'new',
  });
  if (id === 'new') return <Editor article={undefined} />;
  return <Loaded query={query}>{(article) => <Editor key={article.version} article={article} />}</Loaded>;
}

function Editor({ article }: { article: Article | undefined }) {
  const { tenant, may } = useWho();
  const queries = useQueryClient();
  const [, go] = useLocation();
  const before: Draft = useMemo(() => (article ? { ...article, questions: article.questions.join('\n') } : empty), [article]);
  const [draft, setDraft] = useState(before);
  const [removing, remove] = useState(false);
  const set = (part: Partial<Draft>) => setDraft((old) => ({ ...old, ...part }));
  const changed = JSON.stringify(pick(draft)) !== JSON.stringify(pick(before));
  const spoken = spokenOf(draft.body);

  const approve = useMutation({
    mutationFn: () =>
      take(
        api.POST('/knowledge/articles', {
          params: { query: { tenant } },
          body: { articles: [{ file: `${draft.id}.md`, markdown: markdownOf(draft) }], prune: false },
        }),
      ),
    onSuccess: () => {
      tell('Approved. Callers hear it from now on.');
      void queries.invalidateQueries({ queryKey: ['articles', tenant] });
      void queries.invalidateQueries({ queryKey: ['article', tenant, draft.id] });
      go(`/articles/${draft.id}`);
    },
  });
  const removal = useMutation({
    mutationFn: () =>
      take(api.DELETE('/knowledge/articles/{article}', { params: { path: { article: draft.id }, query: { tenant } } })),
    onSuccess: () => {
      tell('The article is deleted.');
      void queries.invalidateQueries({ queryKey: ['articles', tenant] });
      go('/articles');
    },
  });

  return (
    <>
      <PageHead
        title={article ? article.title : 'New article'}
        actions={
          may('content') && (
            <>
              {article && (
                <Button look="danger" onClick={() => remove(true)}>
                  <Trash2 aria-hidden /> Delete
                </Button>
              )}
              <Button
                look="primary"
                disabled={!changed || approve.isPending || draft.id === '' || draft.title === '' || spoken === ''}
                onClick={() => approve.mutate()}
              >
                <Check aria-hidden /> {approve.isPending ? 'Approving' : 'Approve'}
              </Button>
            </>
          )
        }
      >
        {article ? (
          <>
            Version {article.version}, {wholeMoment(article.updatedAt)}. <Link href="/articles">All articles</Link>
          </>
        ) : (
          <Link href="/articles">All articles</Link>
        )}
      </PageHead>
      <div className="stack">
        <Trouble error={approve.error} />
      </div>
      <div className="grid two">
        <Card title="Article">
          <div className="stack">
            {!article && (
              <Field label="ID" hint="Lower-case letters, digits and dashes. Turns cite the article by it.">
                {(id) => (
                  <input
                    id={id}
                    value={draft.id}
                    pattern="[a-z0-9][a-z0-9-]*"
                    onChange={({ target }) => set({ id: target.value.toLowerCase() })}
                  />
                )}
              </Field>
            )}
            <Field label="Title" hint="Named when the bot asks whether the caller means this article.">
              {(id) => <input id={id} value={draft.title} onChange={({ target }) => set({ title: target.value })} />}
            </Field>
            <Field label="Questions" hint="How callers ask for it, one question per line.">
              {(id) => (
                <textarea id={id} rows={5} value={draft.questions} onChange={({ target }) => set({ questions: target.value })} />
              )}
            </Field>
            <Field
              label="Text (Markdown)"
              hint={
                <span className={spoken.length > maxSpoken ? 'over' : ''}>
                  Callers hear the first paragraph: {spoken.length} of at most {maxSpoken} characters.
                </span>
              }
            >
              {(id) => <textarea id={id} rows={14} value={draft.body} onChange={({ target }) => set({ body: target.value })} />}
            </Field>
          </div>
        </Card>
        <Card title="What callers hear">
          <div className="stack">
            <p style={{ fontSize: '1.1rem' }}>{spoken || <span className="quiet">The first paragraph appears here.</span>}</p>
            {may('speech') && <Preview text={spoken} />}
          </div>
        </Card>
      </div>
      {removing && (
        <FormDialog title="Delete this article?" submit="Delete article" danger sending={removal} onClose={() => remove(false)}>
          <p>The bot no longer answers from it. Cached answers that cite it are deleted too.</p>
        </FormDialog>
      )}
    </>
  );
}

/** Speaks a text with the live voice. */
export function Preview({ text, voice }: { text: string; voice?: string }) {
  const player = useRef<HTMLAudioElement>(null);
  const speak = useMutation({
    mutationFn: () =>
      soundUrl('/tts/test', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ text, ...(voice ? { voice } : {}) }),
      }),
    onSuccess: async (url) => {
      const element = player.current;
      if (!element) return;
      element.src = url;
      await element.play().catch(() => undefined);
    },
  });
  // What was spoken of other words says nothing of these.
  const { reset } = speak;
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is the text that changes.
  useEffect(() => reset(), [text, reset]);
  return (
    <div className="stack">
      <div className="row">
        <Button disabled={text === '' || speak.isPending} onClick={() => speak.mutate()}>
          <Volume2 aria-hidden /> {speak.isPending ? 'Speaking' : 'Play'}
        </Button>
        {/* biome-ignore lint/a11y/useMediaCaption: its words stand beside it. */}
        <audio ref={player} controls={speak.isSuccess} data-testid="preview" />
      </div>
      <Trouble error={speak.error} />
    </div>
  );
}

const pick = ({ id, title, questions, body }: Draft) => ({ id, title, questions, body });

/** The first paragraph without headings and markup, as the service reads it. */
function spokenOf(body: string): string {
  const paragraphs = body.split(/\r?\n\s*\r?\n/).map((block) =>
    block
      .split(/\r?\n/)
      .filter((line) => !/^\s*#/.test(line))
      .map((line) => line.replace(/^\s*(?:[-*+]|\d+\.)\s+/, '').replace(/[*_`]|\[([^\]]*)\]\([^)]*\)/g, '$1'))
      .join(' ')
      .replace(/\s+/g, ' ')
      .trim(),
  );
  return paragraphs.find(Boolean) ?? '';
}

/** YAML takes a JSON string as it is. */
function markdownOf({ id, title, language, questions, body }: Draft): string {
  const asked = questions
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  const lines = asked.length > 0 ? ['questions:', ...asked.map((line) => `  - ${JSON.stringify(line)}`)] : [];
  return [
    '---',
    `id: ${JSON.stringify(id)}`,
    `title: ${JSON.stringify(title)}`,
    `language: ${language}`,
    ...lines,
    '---',
    '',
    body.trim(),
    '',
  ].join('\n');
}
