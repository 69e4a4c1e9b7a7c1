import { Argument, type Command, InvalidArgumentError, Option } from 'commander';
import { type ApiOptions, clientOf, withApi } from '../api-command.ts';
import { print } from '../output.ts';
import { working } from '../terminal/working.ts';
import { liveEngines, type Spoken, speakAll, spokenTable } from '../voices/speak-and-check.ts';
import { comparisonTexts, demoTexts, nariTexts } from '../voices/texts.ts';

interface VoiceOptions extends ApiOptions {
  readonly engines: readonly string[];
  readonly folder: string;
}

export const voiceTests = ['nari-quick', 'nari-proper', 'tts-comparison'] as const;
export type VoiceTest = (typeof voiceTests)[number];

export function enginesIn(text: string): readonly string[] {
  if (text === 'all') return liveEngines;
  const names = text.split(',').map((one) => one.trim());
  const unknown = names.filter((one) => !liveEngines.some((engine) => engine === one));
  if (unknown.length > 0)
    throw new InvalidArgumentError(`There is no engine ${unknown.join(', ')}. Engines: ${liveEngines.join(', ')}, all.`);
  return names;
}

export function addVoiceCommands(program: Command): void {
  const folder = ['--folder <folder>', 'where the sound is put', 'voices'] as const;
  withApi(program.command('demo'))
    .addOption(
      new Option('--engines <names>', 'which speak, separated by commas').argParser(enginesIn).default(liveEngines, 'all'),
    )
    .option(...folder)
    .action(async (options: VoiceOptions) => {
      const results = await working('Speaking', () => speakAll(clientOf(options), options.engines, demoTexts, options.folder));
      finish(results, options);
    });

  withApi(program.command('test'))
    .addArgument(new Argument('<test>', 'which one').choices(voiceTests))
    .option(...folder)
    .action(async (test: VoiceTest, options: VoiceOptions) => {
      finish(await working('Speaking', () => runVoiceTest(clientOf(options), test, options.folder)), options);
    });
}

/** A test of Nari Dia, or of all engines by the same words. */
export const runVoiceTest = (client: ReturnType<typeof clientOf>, test: VoiceTest, folder: string): Promise<Spoken[]> =>
  test === 'tts-comparison'
    ? speakAll(client, liveEngines, comparisonTexts, folder)
    : speakAll(client, ['nari_dia'], nariTexts[test], folder);

function finish(results: readonly Spoken[], options: ApiOptions): void {
  print({ results }, options.json, () => spokenTable(results));
  if (!results.some(({ state }) => state === 'spoken') || results.some(({ state }) => state === 'failed')) process.exitCode = 1;
}
