import { randomUUID } from 'node:crypto';
import type { LiveEvent } from '../live/protocol.ts';
import type { Problem } from '../problem.ts';

const id = (kind: string) => `${kind}_${randomUUID().replaceAll('-', '')}`;

/** One response of the bot under way. */
interface OpenResponse {
  readonly responseId: string;
  readonly itemId: string;
  transcript: string;
}

/** The events of a live call as those of the Realtime protocol. */
export class ResponseEvents {
  readonly #send: (event: object) => void;
  #response: OpenResponse | undefined;
  #inputItem = id('item');

  constructor(send: (event: object) => void) {
    this.#send = send;
  }

  send(event: { readonly type: string } & Record<string, unknown>): void {
    this.#send({ event_id: id('event'), ...event });
  }

  error({ code, detail, status }: Problem): void {
    const type = status < 500 ? 'invalid_request_error' : 'server_error';
    this.send({ type: 'error', error: { type, code, message: detail, param: null, event_id: null } });
  }

  /** The caller's words of a turn are complete. */
  committed(_turn: number): void {
    this.#inputItem = id('item');
    this.send({ type: 'input_audio_buffer.committed', item_id: this.#inputItem, previous_item_id: null });
  }

  audio(bytes: Uint8Array): void {
    const place = this.#place();
    if (place) this.send({ type: 'response.output_audio.delta', ...place, delta: Buffer.from(bytes).toString('base64') });
  }

  live(event: LiveEvent): void {
    switch (event.type) {
      case 'speech.started':
        this.#inputItem = id('item');
        return this.send({ type: 'input_audio_buffer.speech_started', item_id: this.#inputItem, audio_start_ms: 0 });
      case 'transcript.final':
        return this.#heard(event.text);
      case 'reply.started':
        return this.#begin();
      case 'reply.text': {
        if (!this.#response) return;
        const delta = this.#response.transcript === '' ? event.text : ` ${event.text}`;
        this.#response.transcript += delta;
        return this.send({ type: 'response.output_audio_transcript.delta', ...this.#place(), delta });
      }
      case 'reply.done':
        return this.#finish('completed');
      case 'interrupted':
        return this.#finish('cancelled');
      case 'error':
        return this.error(event.problem as Problem);
    }
  }

  #heard(transcript: string): void {
    const item_id = this.#inputItem;
    this.send({ type: 'input_audio_buffer.speech_stopped', item_id, audio_end_ms: 0 });
    this.send({ type: 'input_audio_buffer.committed', item_id, previous_item_id: null });
    this.send({
      type: 'conversation.item.input_audio_transcription.completed',
      item_id,
      content_index: 0,
      transcript,
      usage: { type: 'duration', seconds: 0 },
    });
  }

  #begin(): void {
    const response = { responseId: id('resp'), itemId: id('item'), transcript: '' };
    this.#response = response;
    this.send({ type: 'response.created', response: this.#described(response, 'in_progress') });
    this.send({
      type: 'response.output_item.added',
      response_id: response.responseId,
      output_index: 0,
      item: this.#item(response, 'in_progress'),
    });
    this.send({ type: 'response.content_part.added', ...this.#place(), part: { type: 'audio', transcript: '' } });
  }

  #finish(status: 'completed' | 'cancelled'): void {
    const response = this.#response;
    if (!response) return;
    const place = this.#place();
    const { transcript } = response;
    this.send({ type: 'response.output_audio.done', ...place });
    this.send({ type: 'response.output_audio_transcript.done', ...place, transcript });
    this.send({ type: 'response.content_part.done', ...place, part: { type: 'audio', transcript } });
    const itemStatus = status === 'completed' ? 'completed' : 'incomplete';
    this.send({
      type: 'response.output_item.done',
      response_id: response.responseId,
      output_index: 0,
      item: this.#item(response, itemStatus),
    });
    this.send({ type: 'response.done', response: this.#described(response, status) });
    this.#response = undefined;
  }

  #place() {
    if (!this.#response) return undefined;
    const { responseId, itemId } = this.#response;
    return { response_id: responseId, item_id: itemId, output_index: 0, content_index: 0 };
  }

  #item({ itemId, transcript }: OpenResponse, status: string) {
    const content = status === 'in_progress' ? [] : [{ type: 'output_audio', transcript }];
    return { id: itemId, object: 'realtime.item', type: 'message', role: 'assistant', status, content };
  }

  #described(response: OpenResponse, status: string) {
    const output = status === 'in_progress' ? [] : [this.#item(response, status === 'completed' ? 'completed' : 'incomplete')];
    return { id: response.responseId, object: 'realtime.response', status, status_details: null, output, metadata: null };
  }
}
