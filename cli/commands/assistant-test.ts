import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import { assistantIn } from '../../config/assistant-folder.ts';
import { VoicebotError } from '../../domain/errors.ts';
import type { ConversationResult } from '../../rehearsal/rehearse.ts';
import { print } from '../output.ts';
import { terminalProgress } from '../progress.ts';

interface TestOptions {
  readonly only?: string;
  readonly spoken?: boolean;
  readonly junit?: string;
  readonly json?: boolean;
}

export function addAssistantTestCommand(assistant: Command): void {
  assistant
    .command('test')
    .argument('<folder>', 'folder of the assistant')
    .description('Have its conversations with it, in writing, on an installation of its own with the demo bank.')
    .option('--spoken', 'also those that are marked as spoken, by several voices with noise, in rooms, over the telephone')
    .option('--only <text>', 'only conversations whose name or family holds this text')
    .option('--junit <file>', 'write the results for a CI server')
    .option('--json', 'print JSON')
    .action(async (folder: string, { only, spoken = false, junit, json }: TestOptions) => {
      // Other commands need nothing of all this, and begin sooner without it.
      const [{ failureText, junitOf }, { conversationsIn, rehearsed }, { openStage }] = await Promise.all([
        import('../../rehearsal/junit.ts'),
        import('../../rehearsal/programme.ts'),
        import('../../rehearsal/stage.ts'),
      ]);
      const { assistant: tested } = await assistantIn(folder);
      const conversations = (await conversationsIn(folder)).filter(
        ({ name, family }) => only === undefined || `${family} ${name}`.toLowerCase().includes(only.toLowerCase()),
      );
      if (conversations.length === 0) {
        throw new VoicebotError(
          'not-found',
          `There is no conversation${only ? ` like '${only}'` : ''} in ${folder}/conversations.`,
        );
      }
      const stopping = new AbortController();
      process.once('SIGINT', () => stopping.abort());
      const listener = terminalProgress();
      const stage = await openStage(folder, { listener, signal: stopping.signal, spoken, environment: process.env });
      listener.stop();
      const results: ConversationResult[] = [];
      try {
        for await (const result of rehearsed(stage, tested, conversations, spoken ? ['written', 'spoken'] : ['written'])) {
          results.push(result);
          if (!json) process.stdout.write(`${result.passed ? '✓' : '✗'} ${result.family}: ${result.name}\n`);
          if (!json && !result.passed) process.stdout.write(`${failureText(result)}\n`);
          if (stopping.signal.aborted) break;
        }
      } finally {
        await stage.close();
      }
      if (junit) {
        await mkdir(dirname(junit), { recursive: true });
        await writeFile(junit, junitOf(results));
      }
      const passed = results.filter((result) => result.passed).length;
      const report = { assistant: tested.name, version: tested.version, conversations: results.length, passed, results };
      print(report, json, () => `${tested.name} ${tested.version}: ${passed} of ${results.length} conversations passed.`);
      if (passed < results.length || stopping.signal.aborted) process.exitCode = 1;
    });
}
