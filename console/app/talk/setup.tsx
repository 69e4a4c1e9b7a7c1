import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, take } from '../data/api.ts';
import { useWho } from '../shell/who.tsx';
import { when } from '../ui/format.ts';
import { Card, Field } from '../ui/parts.tsx';

/** What a call is begun with. Empty: what the service has. */
export interface Choices {
  readonly voice: string;
  readonly engine: string;
  readonly speed: number;
  readonly language: string;
  readonly assistant: string;
  readonly greet: boolean;
}

export const firstChoices: Choices = { voice: '', engine: '', speed: 1, language: '', assistant: '', greet: true };

export function Setup({
  choices,
  change,
  disabled,
}: {
  choices: Choices;
  change: (choices: Choices) => void;
  disabled: boolean;
}) {
  const { may, tenant } = useWho();
  const voices = useQuery({
    queryKey: ['voices'],
    queryFn: () => take(api.GET('/tts/voices')),
    enabled: may('speech'),
    staleTime: 60_000,
  });
  const assistants = useQuery({
    queryKey: ['assistants', tenant],
    queryFn: () => take(api.GET('/assistants', { params: { query: { tenant } } })),
    enabled: may('read'),
  });
  const set = (part: Partial<Choices>) => change({ ...choices, ...part });
  const all = voices.data?.voices ?? [];
  const engines = [
    ...new Set(all.filter(({ available, engine }) => available && engine !== 'kokoro').map(({ engine }) => engine)),
  ];
  const engine = choices.engine || 'kokoro';
  const versions = assistants.data?.versions ?? [];
  return (
    <fieldset disabled={disabled} className="stack bare">
      <legend className="hidden">Call settings</legend>
      <Field label="Voice">
        {(id) => (
          <select id={id} value={choices.voice} onChange={({ target }) => set({ voice: target.value })}>
            <option value="">Default</option>
            {all
              .filter((one) => one.engine === engine && one.available)
              .map(({ voice }) => (
                <option key={voice}>{voice}</option>
              ))}
          </select>
        )}
      </Field>
      {engines.length > 0 && (
        <Field label="Engine">
          {(id) => (
            <select id={id} value={choices.engine} onChange={({ target }) => set({ engine: target.value, voice: '' })}>
              <option value="">Live (Kokoro)</option>
              {engines.map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          )}
        </Field>
      )}
      <Field label={`Speed: ${choices.speed.toFixed(2)}×`}>
        {(id) => (
          <input
            id={id}
            type="range"
            min={0.5}
            max={2}
            step={0.05}
            value={choices.speed}
            onChange={({ target }) => set({ speed: Number(target.value) })}
          />
        )}
      </Field>
      {versions.length > 0 && (
        <Field label="Assistant">
          {(id) => (
            <select id={id} value={choices.assistant} onChange={({ target }) => set({ assistant: target.value })}>
              <option value="">Live version</option>
              {versions.map(({ version, createdAt }) => (
                <option key={version} value={version}>
                  {version.slice(0, 8)}, {when(createdAt)}
                </option>
              ))}
            </select>
          )}
        </Field>
      )}
      <label className="row">
        <input type="checkbox" checked={choices.greet} onChange={({ target }) => set({ greet: target.checked })} />
        Bot greets first
      </label>
    </fieldset>
  );
}

/** Whose numbers the caller may tell, where the demo bank is connected. */
export function PlayedCustomer() {
  const { may } = useWho();
  const [chosen, choose] = useState(0);
  const { data } = useQuery({
    queryKey: ['demo-customers'],
    queryFn: () => take(api.GET('/bank/demo-customers')),
    enabled: may('read'),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const customers = data?.customers ?? [];
  const customer = customers[chosen];
  if (!customer) return null;
  return (
    <Card title="Play a customer">
      <div className="stack customer">
        <select aria-label="Customer of the demo bank" value={chosen} onChange={({ target }) => choose(Number(target.value))}>
          {customers.map(({ name, number }, i) => (
            <option key={number} value={i}>
              {name}
            </option>
          ))}
        </select>
        <dl>
          <dt>Customer number</dt>
          <dd>{customer.number.replace(/(\d{4})/g, '$1 ').trim()}</dd>
          <dt>Telephone PIN</dt>
          <dd>{customer.pin}</dd>
          <dt>Security code</dt>
          <dd>{customer.code}</dd>
        </dl>
      </div>
    </Card>
  );
}
