import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { loadEnvFile } from 'node:process';

/** Reads `.env` of the working folder, if there is one; variables already set win. */
export function loadDotEnv(file = resolve('.env')): void {
  if (existsSync(file)) loadEnvFile(file);
}
