import { describe, expect, it } from 'vitest';
import { llmEngine, loadConfig, mediaUrl, redactedConfig } from '../../config/load.ts';

describe('the configuration', () => {
  it('has a value for everything that may be left out', () => {
    const config = loadConfig({});
    expect(config).toMatchObject({ PORT: 8000, KOKORO_VOICE: 'af_bella', MISTRAL_MAX_TOKENS: 512, WHISPER_MODEL: 'base' });
    expect(mediaUrl(config)).toBe('http://127.0.0.1:8000');
  });

  it('names every problem at once', () => {
    const load = () => loadConfig({ PORT: 'x', KOKORO_SPEED: '3', WHISPER_DEVICE: 'tpu', DATABASE_URL: 'mysql://a' });
    expect(load).toThrow(/4 problem\(s\)/);
    for (const name of ['PORT', 'KOKORO_SPEED', 'WHISPER_DEVICE', 'DATABASE_URL']) expect(load).toThrow(new RegExp(`${name}:`));
  });

  it('refuses two services on one port, and names both variables', () => {
    expect(() => loadConfig({ PORT: '8233' })).toThrow(/TEMPORAL_UI_PORT: port 8233 is already used by PORT/);
  });

  it('refuses the openai engine without its address', () => {
    expect(() => loadConfig({ LLM_ENGINE: 'openai' })).toThrow(/OPENAI_BASE_URL/);
    expect(llmEngine(loadConfig({ OPENAI_BASE_URL: 'http://127.0.0.1:1/v1' }))).toBe('openai');
  });

  it('shows no secret', () => {
    const shown = JSON.stringify(
      redactedConfig(loadConfig({ DATABASE_URL: 'postgres://bot:hunter2@db/bot', OPENAI_API_KEY: 'sk-hunter2' })),
    );
    expect(shown).not.toContain('hunter2');
    expect(shown).toContain('postgres://bot:***@db/bot');
  });
});
