#!/usr/bin/env node
// Sources run as they are: this registers the TypeScript loader, then starts the command.
import { register } from 'tsx/esm/api';

register();
await import('./main.ts');
