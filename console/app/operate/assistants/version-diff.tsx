import { useQuery } from '@tanstack/react-query';
import { diffLines } from 'diff';
import { useMemo } from 'react';
import { api, take } from '../../data/api.ts';

/** An assistant's files: their text by their path. */
export type Files = Readonly<Record<string, string>>;

export const shortVersion = (version: string) => version.slice(0, 8);

/** The files of a version, which never change. */
export function useVersionFiles(tenant: string, version: string) {
  return useQuery({
    queryKey: ['assistant', tenant, version],
    queryFn: () => take(api.GET('/assistants/{version}', { params: { path: { version }, query: { tenant } } })),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** What two versions differ in, file by file. */
export function VersionDiff({ before, after }: { before: Files; after: Files }) {
  const changed = useMemo(() => {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
    return names
      .filter((name) => before[name] !== after[name])
      .map((name) => ({ name, parts: diffLines(before[name] ?? '', after[name] ?? '') }));
  }, [before, after]);
  if (changed.length === 0) return <p className="quiet">No differences.</p>;
  return (
    <div className="stack">
      {changed.map(({ name, parts }) => (
        <section key={name}>
          <h3 className="mono">{name}</h3>
          <pre className="text diff">
            {parts.map(({ value, added, removed }, i) => {
              const kept = added || removed ? value : around(value, i === 0, i === parts.length - 1);
              return kept ? (
                // biome-ignore lint/suspicious/noArrayIndexKey: parts stand where they stand.
                <span key={i} className={added ? 'add' : removed ? 'del' : ''}>
                  {prefixed(kept, added ? '+ ' : removed ? '- ' : '  ')}
                </span>
              ) : null;
            })}
          </pre>
        </section>
      ))}
    </div>
  );
}

const prefixed = (text: string, mark: string) =>
  text
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => mark + line)
    .join('\n');

/** Three lines of what has not changed, on the sides where something has. */
function around(text: string, first: boolean, last: boolean): string {
  const lines = text.replace(/\n$/, '').split('\n');
  if (lines.length <= 7) return text;
  return [...(first ? [] : lines.slice(0, 3)), '…', ...(last ? [] : lines.slice(-3))].join('\n');
}
