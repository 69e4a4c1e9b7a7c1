import type { Group } from './entry.ts';

const startCall = async () => (await import('../commands/calls.ts')).addCallCommands;
const live = async () => (await import('../commands/live.ts')).addLiveCommand;
const sessions = async () => (await import('../commands/sessions.ts')).addSessionCommands;
const talk = async () => (await import('../commands/talk.ts')).addTalkCommands;
const turns = async () => (await import('../commands/turns.ts')).addTurnCommands;

export const calls: Group = {
  title: 'Calls',
  entries: [
    {
      name: 'start-call',
      summary: 'Start a call, or say something in one: written, from a file or by microphone.',
      examples: [
        'voicebot start-call --session-id demo --text "When do you open on Saturdays?"',
        'voicebot start-call --session-id demo --wav question.wav --output reply.wav',
      ],
      add: startCall,
    },
    {
      name: 'live-call',
      summary: 'Say a WAV file in real time on a live call, and show what happens until the reply is over.',
      examples: ['voicebot live-call --session-id demo --input question.wav --output replies.wav'],
      add: live,
    },
    {
      name: 'talk',
      summary: 'Talk to the bot by microphone and speaker, or in writing, and see where the time of each turn goes.',
      examples: ['voicebot talk', 'voicebot talk --type'],
      add: talk,
    },
    {
      name: 'conversation',
      summary: 'A conversation with a voice of your choice.',
      examples: ['voicebot conversation --engine kokoro', 'voicebot conversation --engine nari_dia --type'],
      add: talk,
    },
    {
      name: 'list-sessions',
      summary: 'List sessions, newest first.',
      examples: ['voicebot list-sessions', 'voicebot list-sessions --status active --json'],
      add: sessions,
    },
    {
      name: 'monitor-session',
      summary: 'Show a session with its turns, also while it goes on.',
      examples: [
        'voicebot monitor-session --session-id demo --follow',
        'voicebot monitor-session --session-id demo --format json --filter status=failed',
      ],
      add: sessions,
    },
    {
      name: 'end-session',
      summary: 'End a call.',
      examples: ['voicebot end-session --session-id demo'],
      add: sessions,
    },
    {
      name: 'failed-turns',
      summary: 'List the failed turns of all calls with their causes, newest first.',
      examples: ['voicebot failed-turns --limit 10'],
      add: turns,
    },
    {
      name: 'retry-turn',
      summary: 'Try a failed turn again, in its call or after it; prints the answer, which is kept with the turn.',
      examples: ['voicebot retry-turn --session-id demo --turn 3'],
      add: turns,
    },
  ],
};
