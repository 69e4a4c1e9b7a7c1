import type { CallStatus, TurnOutcome } from '../domain/call.ts';
import type { DialogState } from '../domain/dialog/state.ts';

/** What a person sees of a call in the Temporal UI: who calls (not their name), what was asked and done, and how long they waited. Markdown. */
export function detailsOf(
  status: CallStatus,
  { recent, dialog }: { readonly recent: readonly TurnOutcome[]; readonly dialog: DialogState },
): string {
  const waits = recent.flatMap(({ playback }) => (playback?.waitedMs === undefined ? [] : [playback.waitedMs]));
  const slowest = waits.length === 0 ? [] : [`waited ${seconds(Math.max(...waits))} at the most`];
  const head = [`Call is **${status}**`, callerShown(dialog), ...slowest].filter(Boolean).join(' · ');
  return [head, ...recent.map(turnShown)].join('\n\n');
}

function turnShown(outcome: TurnOutcome): string {
  const { turn, transcript, intent, source, timings, playback, error } = outcome;
  const { transcribe, lookup, bank, think, speak, firstAudioMs, totalMs } = timings;
  const parts = [
    // Of a live turn that is how long the caller spoke.
    ['listen', playback ? undefined : transcribe?.workMs],
    ['understand', lookup?.workMs],
    ['bank', bank?.workMs],
    ['think', think?.workMs],
    ['speak', speak && (firstAudioMs ?? speak.workMs)],
  ] as const;
  const waterfall = parts.flatMap(([name, ms]) => (ms === undefined ? [] : [`${name} ${seconds(ms)}`]));
  const waited = playback?.waitedMs === undefined ? `took ${seconds(totalMs)}` : `waited ${seconds(playback.waitedMs)}`;
  const done = error ? `**failed at ${error.step}: ${error.code}**` : `${intent}, answered by ${source}`;
  return [
    `**${turn}.** ${asText(transcript) || '(nothing heard)'}`,
    `→ ${shownReply(outcome)}`,
    `_${done} · ${waited}${waterfall.length > 0 ? ` (${waterfall.join(', ')})` : ''}_`,
  ].join('  \n');
}

function shownReply({ reply, playback }: TurnOutcome): string {
  if (playback?.interrupted) return `${asText(playback.heardReply) || '(nothing heard)'} — interrupted`;
  return asText(reply) || '(nothing said)';
}

function callerShown({ trust, failedTries, locked, pending }: DialogState): string {
  const parts = [
    ...(locked ? ['caller is **locked out**'] : trust === 'none' ? [] : [`caller is **${trust}**`]),
    ...(failedTries > 0 ? [`wrong tries: ${failedTries}`] : []),
    ...(pending?.kind === 'identify' ? [`waiting for: ${pending.need}`] : []),
    ...(pending?.kind === 'confirm' ? [`to be confirmed: ${pending.action.kind}`] : []),
  ];
  return parts.join(' · ');
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;

/** Characters that Markdown would take for its own; two dollar signs would make a formula of what is between them. */
const asText = (text: string): string => text.replace(/[\\`*_{}[\]<>#|~]/g, '\\$&').replace(/\$/g, '&#36;');
