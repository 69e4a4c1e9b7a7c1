import { Argument, type Command } from 'commander';

/** Scripts for shells, which ask `voicebot complete -- WORDS` what fits. */
export function addCompletionCommands(program: Command): void {
  program
    .command('completion')
    .addArgument(new Argument('<shell>', 'which shell').choices(['bash', 'zsh', 'fish', 'powershell']))
    .action(async (shell: string) => {
      const { script } = await import('@bomb.sh/tab');
      script(shell, 'voicebot', 'voicebot');
    });

  program
    .command('complete', { hidden: true })
    .argument('[words...]')
    .action(async (words: readonly string[]) => {
      const [{ default: completionOf }, { createProgram }] = await Promise.all([
        import('@bomb.sh/tab/commander'),
        import('../program.ts'),
      ]);
      const whole = await createProgram();
      // It brings one of its own.
      (whole.commands as Command[]).splice(
        whole.commands.findIndex((one) => one.name() === 'complete'),
        1,
      );
      completionOf(whole, { completionCommandName: 'completion-script' }).parse([...words]);
    });
}
