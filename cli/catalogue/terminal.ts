import type { Group } from './entry.ts';

const completion = async () => (await import('../commands/completion.ts')).addCompletionCommands;
const shell = async () => (await import('../commands/shell.ts')).addShellCommands;

export const terminal: Group = {
  title: 'In the terminal',
  entries: [
    {
      name: 'shell',
      summary: 'A prompt that speaks what is typed, and tries the voices.',
      examples: ['voicebot shell'],
      add: shell,
    },
    {
      name: 'completion',
      hidden: 'complete',
      summary: 'Completion for your shell.',
      examples: [
        'voicebot completion bash > ~/.local/share/bash-completion/completions/voicebot',
        'source <(voicebot completion zsh)',
      ],
      add: completion,
    },
  ],
};
