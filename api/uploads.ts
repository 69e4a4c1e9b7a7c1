import { VoicebotError } from '../domain/errors.ts';
import { readBody } from './audio-input.ts';

/** @throws VoicebotError `invalid-request` for what is no form; `audio-too-long`. */
export async function formOf(request: Request, maxBytes: number): Promise<FormData> {
  const contentType = request.headers.get('content-type') ?? '';
  const body = await readBody(request, maxBytes);
  try {
    return await new Response(body as Uint8Array<ArrayBuffer>, { headers: { 'content-type': contentType } }).formData();
  } catch (cause) {
    throw new VoicebotError('invalid-request', 'The body is no multipart form.', { cause });
  }
}

/** @throws VoicebotError `invalid-request` where the form has no such file. */
export async function fileIn(form: FormData, field: string): Promise<Uint8Array> {
  const file = form.get(field);
  if (file !== null && typeof file !== 'string') return new Uint8Array(await file.arrayBuffer());
  throw new VoicebotError('invalid-request', `The form has no file in the field \`${field}\`.`, {
    hint: `Send the WAV file in a field named ${field}.`,
  });
}

/** The WAV of a request: the body itself, or the field `audio` of a form. */
export async function uploadedWav(request: Request, maxBytes: number): Promise<Uint8Array> {
  const isForm = request.headers.get('content-type')?.startsWith('multipart/form-data');
  return isForm ? fileIn(await formOf(request, maxBytes), 'audio') : readBody(request, maxBytes);
}
