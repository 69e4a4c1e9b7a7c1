import { useQuery } from '@tanstack/react-query';
import { Pause, Play } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { send } from '../data/api.ts';
import { duration } from './format.ts';
import { Button, Trouble } from './parts.tsx';

const bars = 120;
const speeds = [1, 1.25, 1.5, 2, 0.75];

interface LoadedSound {
  readonly url: string;
  /** Loudest of each stretch, 0 to 1. */
  readonly peaks: readonly number[];
  readonly seconds: number;
}

async function load(path: string): Promise<LoadedSound> {
  const blob = await (await send(path)).blob();
  const context = new OfflineAudioContext(1, 1, 16_000);
  const audio = await context.decodeAudioData(await blob.arrayBuffer());
  const samples = audio.getChannelData(0);
  const stretch = Math.max(1, Math.floor(samples.length / bars));
  const peaks = Array.from({ length: Math.min(bars, samples.length) }, (_, i) => {
    let peak = 0;
    for (let at = i * stretch; at < (i + 1) * stretch && at < samples.length; at++)
      peak = Math.max(peak, Math.abs(samples[at] ?? 0));
    return peak;
  });
  return { url: URL.createObjectURL(blob), peaks, seconds: audio.duration };
}

/** Plays a recording: its waveform, where it is, how fast. It is fetched when it is first wanted. */
export function Player({
  path,
  label,
  look = 'bot',
  eager = false,
}: {
  path: string;
  label: string;
  look?: 'caller' | 'bot';
  eager?: boolean;
}) {
  const [wanted, want] = useState(eager);
  const [playing, setPlaying] = useState(false);
  const [at, setAt] = useState(0);
  const [speed, setSpeed] = useState(1);
  const element = useRef<HTMLAudioElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const sound = useQuery({
    queryKey: ['sound', path],
    queryFn: () => load(path),
    enabled: wanted,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  });
  const { peaks, seconds = 0, url } = sound.data ?? {};

  useEffect(() => {
    const draw = () => canvas.current && drawPeaks(canvas.current, peaks ?? [], seconds ? at / seconds : 0);
    draw();
    addEventListener('voicebot.theme', draw);
    return () => removeEventListener('voicebot.theme', draw);
  }, [peaks, at, seconds]);

  useEffect(() => {
    if (!playing) return;
    let frame = requestAnimationFrame(function follow() {
      setAt(element.current?.currentTime ?? 0);
      frame = requestAnimationFrame(follow);
    });
    return () => cancelAnimationFrame(frame);
  }, [playing]);

  const toggle = async () => {
    want(true);
    const player = element.current;
    if (playing) return player?.pause();
    const loaded = sound.data ?? (await sound.refetch()).data;
    if (!player || !loaded) return;
    if (!player.src) player.src = loaded.url;
    player.playbackRate = speed;
    await player.play();
  };
  const faster = () => {
    const next = speeds[(speeds.indexOf(speed) + 1) % speeds.length] ?? 1;
    setSpeed(next);
    if (element.current) element.current.playbackRate = next;
  };
  if (sound.error && (sound.error as { status?: number }).status === 404)
    return <span className="small quiet">No sound of {label} was kept.</span>;
  return (
    <div className="player" data-loaded={url ? 'true' : 'false'}>
      {/* biome-ignore lint/a11y/useMediaCaption: its words stand beside it. */}
      <audio
        ref={element}
        preload="none"
        onPlay={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
        onEnded={() => {
          setPlaying(false);
          setAt(0);
        }}
      />
      <Button small icon aria-label={`${playing ? 'Pause' : 'Play'} ${label}`} onClick={() => void toggle()}>
        {playing ? <Pause aria-hidden /> : <Play aria-hidden />}
      </Button>
      {peaks ? (
        <>
          <span className="wave">
            <canvas ref={canvas} className={look} aria-hidden="true" />
            <input
              type="range"
              aria-label={`Position in ${label}`}
              min={0}
              max={seconds}
              step={0.05}
              value={Math.min(at, seconds)}
              onChange={({ target }) => {
                const player = element.current;
                if (player && !player.src && url) player.src = url;
                if (player) player.currentTime = Number(target.value);
                setAt(Number(target.value));
              }}
            />
          </span>
          <span className="small figure quiet">{duration((seconds - at) * 1000)}</span>
          <Button small look="ghost" aria-label={`Speed ${speed} times`} onClick={faster}>
            {speed}×
          </Button>
        </>
      ) : (
        <span className="small quiet">{sound.isFetching ? 'Fetching' : label}</span>
      )}
      <Trouble error={sound.error} />
    </div>
  );
}

function drawPeaks(canvas: HTMLCanvasElement, peaks: readonly number[], played: number): void {
  const context = canvas.getContext('2d');
  if (!context || peaks.length === 0) return;
  const { clientWidth: width, clientHeight: height } = canvas;
  canvas.width = width * devicePixelRatio;
  canvas.height = height * devicePixelRatio;
  context.scale(devicePixelRatio, devicePixelRatio);
  context.fillStyle = getComputedStyle(canvas).color;
  const loudest = Math.max(...peaks, 0.01);
  const step = width / peaks.length;
  peaks.forEach((peak, i) => {
    const bar = Math.max(1.5, (peak / loudest) * (height - 4));
    context.globalAlpha = i / peaks.length < played ? 1 : 0.42;
    context.fillRect(i * step, (height - bar) / 2, Math.max(1, step - 1), bar);
  });
}
