import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';

export interface ComposeService {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly image?: string;
  readonly profiles?: readonly string[];
  readonly read_only?: boolean;
  readonly user?: string;
}

/** The services of docker/compose.yaml, as Compose reads them. @param variables of docker/.env. */
export async function composeServices(variables: Readonly<Record<string, string>>): Promise<Record<string, ComposeService>> {
  const text = await readFile(new URL('../../docker/compose.yaml', import.meta.url), 'utf8');
  const filled = text
    .split('\n')
    .map((line) =>
      line.trimStart().startsWith('#') ? '' : line.replace(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (...found) => filledIn(found)),
    )
    .join('\n');
  const { services } = parse(filled, { merge: true }) as { services: Record<string, ComposeService> };
  return services;

  function filledIn([, name, kind, rest]: readonly string[]): string {
    const value = variables[name ?? ''];
    if (value) return value;
    if (kind === '?') throw new Error(`docker/compose.yaml needs ${name}: ${rest}`);
    return rest ?? '';
  }
}
