import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { freePort } from '../../services/ports.ts';

export const hasNginx = (await execa('nginx', ['-v'], { reject: false })).exitCode === 0;
if (!hasNginx) process.stderr.write('SKIPPED: calls through NGINX. Install it (Debian: nginx).\n');

const shipped = fileURLToPath(new URL('../../docker/nginx/', import.meta.url));

export interface RunningNginx {
  readonly httpsPort: number;
  stop(): Promise<void>;
}

/** NGINX as docker/ ships it. @param core what stands after `server` in its list of API processes, instead of `orchestrator-core:8000`. */
export async function startNginx(...core: readonly string[]): Promise<RunningNginx> {
  const folder = await mkdtemp(join(tmpdir(), 'voicebot-nginx-'));
  const certs = join(folder, 'certs');
  const httpsPort = await freePort();
  await mkdir(certs);
  const script = (await readFile(join(shipped, 'certificate.sh'), 'utf8')).replace('/etc/nginx/certs', certs);
  await execa('sh', ['-c', script]);
  const config = (await readFile(join(shipped, 'nginx.conf'), 'utf8'))
    .replace(/server orchestrator-core:8000(.*);/, (_, settings) => core.map((one) => `server ${one}${settings};`).join('\n'))
    .replace('listen 80;', `listen 127.0.0.1:${await freePort()};`)
    .replace('listen 443', `listen 127.0.0.1:${httpsPort}`)
    .replaceAll('/etc/nginx/certs', certs)
    .replace('/tmp/nginx.pid', join(folder, 'nginx.pid'));
  const file = join(folder, 'nginx.conf');
  await writeFile(file, config);
  const tried = await execa('nginx', ['-t', '-c', file], { reject: false });
  if (!tried.stderr.includes('test is successful')) throw new Error(tried.stderr);
  const nginx = spawn('nginx', ['-c', file, '-g', 'daemon off;'], { stdio: 'ignore' });
  return {
    httpsPort,
    stop: async () => {
      if (nginx.kill('SIGTERM')) await once(nginx, 'exit');
      await rm(folder, { recursive: true, force: true });
    },
  };
}
