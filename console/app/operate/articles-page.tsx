import { useQuery } from '@tanstack/react-query';
import { BookOpen, Plus } from 'lucide-react';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { api, type Schemas, take } from '../data/api.ts';
import { useWho } from '../shell/who.tsx';
import { when } from '../ui/format.ts';
import { Button, Card, Empty, Loaded, PageHead } from '../ui/parts.tsx';
import { type Column, Table } from '../ui/table.tsx';

const columns: readonly Column<Schemas['Article']>[] = [
  { head: 'Title', cell: ({ id, title }) => <Link href={`/articles/${id}`}>{title}</Link> },
  { head: 'ID', kind: 'mono', cell: ({ id }) => id },
  { head: 'Language', cell: ({ language }) => language },
  { head: 'Version', kind: 'number', cell: ({ version }) => version },
  { head: 'Updated', cell: ({ updatedAt }) => when(updatedAt) },
];

/** What the bank has approved to be told to everybody. */
export function ArticlesPage() {
  const { tenant, may } = useWho();
  const [, go] = useLocation();
  const [search, setSearch] = useState('');
  const query = useQuery({
    queryKey: ['articles', tenant],
    queryFn: () => take(api.GET('/knowledge/articles', { params: { query: { tenant } } })),
  });
  return (
    <>
      <PageHead
        title="Articles"
        actions={
          may('content') && (
            <Button look="primary" onClick={() => go('/articles/new')}>
              <Plus aria-hidden /> New article
            </Button>
          )
        }
      >
        Approved answers to general questions. Callers hear the first paragraph.
      </PageHead>
      <Loaded query={query}>
        {({ articles }) => {
          const shown = articles.filter(({ id, title }) => `${id} ${title}`.toLowerCase().includes(search.toLowerCase()));
          return articles.length === 0 ? (
            <Card flush>
              <Empty icon={BookOpen} title="No articles yet">
                Write the first one here, or import a folder of Markdown files with <code>voicebot import-knowledge</code>.
              </Empty>
            </Card>
          ) : (
            <>
              <div className="filters">
                <input
                  className="search"
                  type="search"
                  aria-label="Search articles"
                  placeholder="Search articles"
                  value={search}
                  onChange={({ target }) => setSearch(target.value)}
                />
              </div>
              <Card flush>
                <Table rows={shown} columns={columns} keyOf={({ id }) => id} />
              </Card>
            </>
          );
        }}
      </Loaded>
    </>
  );
}
