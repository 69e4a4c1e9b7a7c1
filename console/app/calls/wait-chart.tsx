import { useMemo } from 'react';
import type { Turn } from '../data/api.ts';
import { Chart } from '../ui/chart.tsx';
import { milliseconds } from '../ui/format.ts';

/** The wait of each turn of a call. */
export function WaitChart({ turns }: { turns: readonly Turn[] }) {
  const { x, series, known } = useMemo(() => {
    const waits = turns.map(({ waitedMs }) => waitedMs);
    return {
      x: turns.map(({ turn }) => turn),
      series: [{ label: 'Wait', colour: '--bot', values: waits, bars: true }],
      known: waits.filter((ms) => ms !== null),
    };
  }, [turns]);
  if (known.length === 0) return <p className="quiet">A text-only call has no waits.</p>;
  return (
    <Chart
      x={x}
      series={series}
      format={milliseconds}
      height={150}
      label={`Wait of ${known.length} turns, longest ${milliseconds(Math.max(...known))}`}
    />
  );
}
