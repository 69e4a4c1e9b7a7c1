#!/usr/bin/env node
import { compiledCommand } from './compiled.mjs';

const compiled = await compiledCommand();
if (compiled) {
  process.setSourceMapsEnabled(true);
  await import(compiled);
} else {
  const { register } = await import('tsx/esm/api');
  register();
  await import('./main.ts');
}
