import type { Key, ReactNode } from 'react';
import { ScrollX } from './parts.tsx';

export interface Column<Row> {
  readonly head: string;
  readonly cell: (row: Row) => ReactNode;
  readonly kind?: 'number' | 'mono' | 'actions';
  readonly minWidthPx?: number;
}

/** Rows under heads; wider than its place, it scrolls by itself. Buttons of a row stand in a last column of kind `actions`. */
export function Table<Row>({
  rows,
  columns,
  keyOf,
}: {
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  keyOf: (row: Row, index: number) => Key;
}) {
  return (
    <ScrollX>
      <table>
        <thead>
          <tr>
            {columns.map(({ head, kind }) => (
              <th key={head} className={kind === 'number' ? kind : undefined}>
                {kind === 'actions' ? <span className="hidden">{head}</span> : head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={keyOf(row, index)}>
              {columns.map(({ head, kind, minWidthPx, cell }) => (
                <td key={head} className={kind} style={minWidthPx === undefined ? undefined : { minWidth: minWidthPx }}>
                  {kind === 'actions' ? <div>{cell(row)}</div> : cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollX>
  );
}
