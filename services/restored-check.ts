import { readFile } from 'node:fs/promises';
import { auditAnchorFile } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { allAuditEntries } from '../db/audit.ts';
import type { Manifest } from '../db/backup/manifest.ts';
import type { OpenDatabase } from '../db/open.ts';
import { type AuditFinding, checkChain } from '../domain/audit/chain.ts';
import { anchorLine, linesIn } from '../domain/audit/lines.ts';
import { messageOf } from '../domain/errors.ts';
import { openEncryption } from '../temporal/payloads/open.ts';
import { blobsOf } from './blobs.ts';
import { hasSecret, secretOf } from './secrets-key.ts';

export interface RestoredCheck {
  readonly auditEntries: number;
  readonly auditFindings: readonly AuditFinding[];
  /** Blobs that were opened by the keys that are here. */
  readonly opened: number;
  /** Why one could not be: the keys are others, mostly. */
  readonly closed: readonly string[];
}

/** One of each kind and tenant tells whether the keys are right: a key is `kind/tenant/…`, or `kind/name` where tenants share it. */
const kindOf = (key: string): string => key.split('/').slice(0, -1).slice(0, 2).join('/');

function samplesOf(files: Manifest['files']): string[] {
  const samples = new Map<string, string>();
  for (const { path } of files) {
    if (!path.startsWith('blobs/')) continue;
    const key = path.slice('blobs/'.length);
    samples.set(kindOf(key), key);
  }
  return [...samples.values()];
}

/** Looks whether what was restored can be used: the chain of the audit log, and blobs by their keys. */
export async function checkRestored(
  config: Config,
  dataDir: string,
  { acrossTenants }: OpenDatabase,
  { files }: Manifest,
): Promise<RestoredCheck> {
  const anchors = linesIn(await readFile(auditAnchorFile(config), 'utf8').catch(() => ''), anchorLine);
  const { entries, findings } = await checkChain(allAuditEntries(acrossTenants), anchors);
  const samples = samplesOf(files);
  if (samples.length > 0 && !hasSecret(config, dataDir)) {
    return {
      auditEntries: entries,
      auditFindings: findings,
      opened: 0,
      closed: ['The keys are not here: give the file that `voicebot backup --keys` wrote.'],
    };
  }
  const { cipher } = await openEncryption(config, await secretOf(config, dataDir));
  const blobs = await blobsOf(config, cipher);
  let opened = 0;
  const closed: string[] = [];
  for (const key of samples) {
    await blobs.get(key).then(
      () => opened++,
      (error) => closed.push(`${key}: ${messageOf(error)}`),
    );
  }
  return { auditEntries: entries, auditFindings: findings, opened, closed };
}
