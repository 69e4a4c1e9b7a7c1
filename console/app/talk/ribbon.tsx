import { useEffect, useRef } from 'react';
import type { BrowserCall } from './call.ts';

const stepPx = 4;
const barPx = 2.4;

/** The line as it sounds: the caller above, the bot below, now at the right edge. */
export function Ribbon({ call, active }: { call: BrowserCall; active: boolean }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (!element || !context) return;
    const history: (readonly [number, number])[] = [];
    let timer: ReturnType<typeof setInterval> | undefined;
    const draw = () => {
      const { clientWidth: width, clientHeight: height } = element;
      const ratio = devicePixelRatio;
      if (element.width !== Math.round(width * ratio)) {
        element.width = Math.round(width * ratio);
        element.height = Math.round(height * ratio);
      }
      const style = getComputedStyle(element);
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      context.clearRect(0, 0, width, height);
      const middle = height / 2;
      context.fillStyle = style.getPropertyValue('border-top-color');
      context.fillRect(0, middle - 0.5, width, 1);
      const [caller, bot] = [style.getPropertyValue('color'), style.getPropertyValue('outline-color')];
      const most = Math.floor(width / stepPx);
      history.splice(0, Math.max(0, history.length - most));
      history.forEach(([heard, played], i) => {
        const x = width - (history.length - i) * stepPx;
        bar(context, x, middle - 2, -loudness(heard) * (middle - 12), caller);
        bar(context, x, middle + 2, loudness(played) * (middle - 12), bot);
      });
    };
    draw();
    if (active) {
      timer = setInterval(() => {
        const { caller, bot } = call.levels;
        history.push([caller, bot]);
        draw();
      }, 50);
    }
    addEventListener('voicebot.theme', draw);
    addEventListener('resize', draw);
    return () => {
      clearInterval(timer);
      removeEventListener('voicebot.theme', draw);
      removeEventListener('resize', draw);
    };
  }, [call, active]);
  return <canvas ref={canvas} className="ribbon" aria-hidden="true" />;
}

/** From −54 dB to −6 dB, as ears have it. */
const loudness = (level: number): number => (level <= 0 ? 0 : Math.max(0, Math.min(1, (20 * Math.log10(level) + 54) / 48)));

function bar(context: CanvasRenderingContext2D, x: number, y: number, height: number, colour: string): void {
  if (Math.abs(height) < 0.6) return;
  context.fillStyle = colour;
  context.beginPath();
  context.roundRect(x, height < 0 ? y + height : y, barPx, Math.abs(height), barPx / 2);
  context.fill();
}
