import createClient, { type Client } from 'openapi-fetch';
import type { paths } from './api-types.ts';

/**
 * The API with the types of its OpenAPI document.
 * @param options.token a key or a token; unset where nobody has to say who they are.
 */
export function createApi({ baseUrl, token }: { readonly baseUrl: string; readonly token?: string | undefined }): Client<paths> {
  return createClient<paths>({ baseUrl, ...(token === undefined ? {} : { headers: { Authorization: `Bearer ${token}` } }) });
}
