import 'uplot/dist/uPlot.min.css';
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';

export interface ChartSeries {
  readonly label: string;
  /** A custom property, such as `--bot`. */
  readonly colour: string;
  readonly values: readonly (number | null)[];
  readonly bars?: boolean;
  readonly fill?: boolean;
}

/** A chart over time or over turns. What it shows is told in words as well. */
export function Chart({
  x,
  series,
  time = false,
  format = String,
  height = 220,
  label,
  from,
  until,
}: {
  x: readonly number[];
  series: readonly ChartSeries[];
  time?: boolean;
  format?: (value: number) => string;
  height?: number;
  label: string;
  /** What the chart begins and ends with, where that is not its first and last point. */
  from?: number;
  until?: number;
}) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    let chart: uPlot | undefined;
    const draw = () => {
      chart?.destroy();
      const style = getComputedStyle(element);
      const colour = (name: string) => resolved(element, name);
      const [ink, line] = [colour('--ink-2'), colour('--line')];
      const axis = { stroke: ink, grid: { stroke: line, width: 1 }, ticks: { show: false }, font: `12px ${style.fontFamily}` };
      chart = new uPlot(
        {
          width: element.clientWidth,
          height,
          legend: { show: false },
          cursor: { y: false, points: { size: 7 } },
          scales: {
            x: { time, ...(from !== undefined && until !== undefined ? { range: [from, until] as [number, number] } : {}) },
          },
          axes: [
            { ...axis, grid: { show: false }, ...(time ? {} : { incrs: [1, 2, 5, 10, 20, 50, 100] }) },
            { ...axis, size: 64, values: (_chart, ticks) => ticks.map((tick) => format(tick)) },
          ],
          series: [
            {},
            ...(series.map(({ label: name, colour: stroke, bars, fill }) => ({
              label: name,
              stroke: colour(stroke),
              width: 2,
              points: { show: x.length < 40 && !bars, size: 6, fill: colour(stroke) },
              ...(bars ? { paths: uPlot.paths.bars?.({ size: [0.7, 40], radius: 0.25 }), fill: colour(stroke) } : {}),
              ...(fill ? { fill: `color-mix(in srgb, ${colour(stroke)} 14%, transparent)` } : {}),
            })) as uPlot.Series[]),
          ],
        },
        [[...x], ...series.map(({ values }) => [...values])] as uPlot.AlignedData,
        element,
      );
    };
    draw();
    const sized = new ResizeObserver(
      () => chart && chart.width !== element.clientWidth && chart.setSize({ width: element.clientWidth, height }),
    );
    sized.observe(element);
    addEventListener('voicebot.theme', draw);
    return () => {
      sized.disconnect();
      removeEventListener('voicebot.theme', draw);
      chart?.destroy();
    };
  }, [x, series, time, format, height, from, until]);
  return (
    <figure>
      <div ref={place} className="chart" role="img" aria-label={label} style={{ minHeight: height }} />
      {series.length > 1 && (
        <figcaption className="legend">
          {series.map(({ label: name, colour }) => (
            <span key={name}>
              <i style={{ background: `var(${colour})` }} />
              {name}
            </span>
          ))}
        </figcaption>
      )}
    </figure>
  );
}

/** A custom property as a colour that a canvas can draw with: it may be different by day and by night. */
function resolved(element: HTMLElement, name: string): string {
  const probe = document.createElement('i');
  probe.style.color = `var(${name})`;
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
