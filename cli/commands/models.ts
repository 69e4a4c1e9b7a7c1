import type { Command } from 'commander';
import { listArtifacts, listPrepared } from '../../artifacts/listing.ts';
import { artifactById, manifest } from '../../artifacts/manifest.ts';
import { ArtifactStore } from '../../artifacts/store.ts';
import { fixedRoles, loadConfig, modelCacheDir } from '../../config/load.ts';
import { VoicebotError } from '../../domain/errors.ts';
import { type ModelRole, modelRoles } from '../../domain/model-probe.ts';
import type { ProbeResult } from '../../engines/probe/model-roles.ts';
import { fromArtifactError } from '../../engines/runtime/artifact-errors.ts';
import { megabytes, print } from '../output.ts';
import { terminalProgress } from '../progress.ts';
import { table } from '../terminal/table.ts';

const openStore = () => new ArtifactStore(modelCacheDir(loadConfig()));

const known = (id: string) => {
  if (manifest.some((artifact) => artifact.id === id)) return artifactById(id);
  throw new VoicebotError('not-found', `There is no model '${id}'.`, {
    hint: `Models: ${manifest.map((a) => a.id).join(', ')}.`,
  });
};

export function addModelsCommand(program: Command): void {
  const models = program.command('models');

  models
    .command('list', { isDefault: true })
    .description('List models with size, state and sources.')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => {
      const store = openStore();
      const [artifacts, prepared] = await Promise.all([listArtifacts(store), listPrepared(store)]);
      print({ folder: store.root, models: artifacts, prepared }, options.json, () =>
        [
          table(
            ['MODEL', 'STATE', 'SIZE', 'LICENCE', 'SOURCES, IN ORDER'],
            artifacts.map((a) => [a.id, a.state, megabytes(a.sizeBytes), a.licence, a.sources.join('; ')]),
          ),
          '',
          table(
            ['PREPARED', 'SIZE'],
            prepared.map((p) => [p.name, megabytes(p.sizeBytes)]),
          ),
          '',
          `Folder: ${store.root}`,
        ].join('\n'),
      );
    });

  models
    .command('fetch')
    .argument('<ids...>', 'models to fetch')
    .description('Fetch models now instead of at first use.')
    .option('--json', 'print JSON')
    .action(async (ids: string[], { json }: { json?: boolean }) => {
      const listener = terminalProgress();
      const models: { id: string; files: readonly string[] }[] = [];
      try {
        for (const id of ids) models.push({ id, files: await openStore().ensure(known(id), { listener }) });
      } catch (error) {
        throw fromArtifactError(error);
      } finally {
        listener.stop();
      }
      if (json) print({ models }, true, () => '');
    });

  models
    .command('probe')
    .description('Ask the language model the questions that decide what it may do in calls, and show how it did.')
    .option('--again', 'even where it was asked before')
    .option('--json', 'print JSON')
    .action(async ({ again = false, json }: { again?: boolean; json?: boolean }) => {
      const config = loadConfig();
      const [{ createEngines }, { ensureModels }] = await Promise.all([
        import('../../services/engines.ts'),
        import('../../services/models.ts'),
      ]);
      const { llm, llmRoles } = createEngines(config);
      const listener = terminalProgress();
      await ensureModels(['llm'], config, { listener });
      listener.stop();
      try {
        const result = await llmRoles.probe({ again });
        const fixed = fixedRoles(config);
        print({ ...result, ...(fixed ? { fixed } : {}) }, json, () => probeText(result, fixed));
      } finally {
        await llm.unload();
      }
    });

  models
    .command('verify')
    .description('Hash every file that is there; a damaged one is deleted, and only that.')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => {
      const store = openStore();
      const results: { path: string; ok: boolean }[] = [];
      for (const file of manifest.flatMap((artifact) => artifact.files)) {
        if (await store.has(file)) results.push({ path: file.path, ok: await store.verify(file) });
      }
      print(results, options.json, () => results.map((r) => `${r.ok ? 'ok     ' : 'DELETED'} ${r.path}`).join('\n'));
      if (results.some((result) => !result.ok)) process.exitCode = 1;
    });
}

function probeText({ model, roles }: ProbeResult, fixed: readonly ModelRole[] | undefined): string {
  const rows = modelRoles.map((role) => {
    const { good, of, passed } = roles[role];
    return [role, of === 0 ? 'not asked' : `${good} of ${of}`, passed ? 'may' : 'may not'];
  });
  const failed = modelRoles.flatMap((role) => roles[role].failed.map(({ asked, answer }) => `  ${role}: "${asked}" → ${answer}`));
  const set = fixed ? `\nLLM_MAY is set: it may ${fixed.join(', ') || 'do nothing'}, whatever the probe says.` : '';
  return `${model}\n\n${table(['ROLE', 'ANSWERED', ''], rows)}${set}${failed.length > 0 ? `\n\nNot answered acceptably:\n${failed.join('\n')}` : ''}`;
}
