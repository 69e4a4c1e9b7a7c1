import type { Command } from 'commander';
import { ApiClient, apiUrl } from './api-client.ts';

export interface ApiOptions {
  readonly url?: string;
  readonly json?: boolean;
}

/** A command that asks the API. */
export const withApi = (command: Command): Command =>
  command.option('--url <url>', 'address of the API').option('--json', 'print JSON');

export const clientOf = ({ url }: ApiOptions): ApiClient => new ApiClient(apiUrl(url));
