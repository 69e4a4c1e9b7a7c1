import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { engineNamed, voiceEngineIds, voiceEngineNames } from '../../domain/voices/engine.ts';
import { memoryWarning } from '../../domain/voices/gpu-memory.ts';
import { json, problems } from '../schemas.ts';
import type { VoiceEngines } from '../voice-engines.ts';

const section = ['Engines'];

const engineSchema = z
  .object({
    id: z.enum(voiceEngineIds),
    title: z.string(),
    state: z
      .enum(['unloaded', 'loading', 'ready', 'unavailable', 'unknown'])
      .openapi({ description: 'Of one worker of it; unknown where none has answered in time.' }),
    why: z.string().nullable().openapi({ description: 'Why it is unavailable.' }),
    gpuMemory: z
      .object({ freeBytes: z.number(), totalBytes: z.number() })
      .nullable()
      .openapi({ description: 'Of the GPU of that worker; null where it has none or tells of none.' }),
    warning: z
      .string()
      .nullable()
      .openapi({ description: 'What should be known before it is loaded, as that its GPU is nearly full.' }),
    taskQueue: z.string(),
    realTime: z.boolean().openapi({ description: 'Fast enough for callers, on hardware that it is meant for.' }),
    voices: z.array(z.string()),
    needs: z.object({
      gpu: z.enum(['none', 'recommended', 'required']),
      gpuMemoryGb: z.number().optional(),
    }),
    nominalPace: z.number().openapi({ description: 'Seconds of work for a second of speech, as its authors or users tell.' }),
    measuredPace: z
      .number()
      .nullable()
      .openapi({ description: 'The same as measured here in the last 30 days; null where it has made no messages.' }),
    maxCharacters: z.number().int(),
    speed: z.object({ min: z.number(), max: z.number() }).nullable(),
    presets: z.array(z.string()),
  })
  .openapi('VoiceEngine');

const voiceSchema = z
  .object({
    engine: z.enum(voiceEngineIds),
    voice: z.string(),
    aliases: z.array(z.string()),
    available: z.boolean(),
  })
  .openapi('Voice');

/** What is no engine is told with those that are. */
const engineName = z
  .string()
  .max(40)
  .openapi({ enum: [...voiceEngineNames] });

const engines = createRoute({
  method: 'get',
  path: '/tts/engines',
  tags: section,
  summary: 'Engines that speak',
  responses: { 200: json(z.object({ engines: z.array(engineSchema) }), 'The engines.'), ...problems(503) },
});

const voices = createRoute({
  method: 'get',
  path: '/tts/voices',
  tags: section,
  summary: 'Voices of all engines, or of one',
  request: { query: z.object({ engine: engineName.optional() }) },
  responses: { 200: json(z.object({ voices: z.array(voiceSchema) }), 'The voices.'), ...problems(400, 422, 503) },
});

const controls = {
  load: 'Load an engine into the memory of one of its workers',
  unload: 'Free the memory of an engine on one of its workers',
} as const;
type Control = keyof typeof controls;
const controlRoute = (wish: Control) =>
  createRoute({
    method: 'post',
    path: `/tts/engines/{engine}/${wish}`,
    tags: section,
    summary: controls[wish],
    description:
      'Each loads by itself when it is first used. A worker holds one engine at a time, and refuses one for which its GPU has too little memory.',
    request: {
      params: z.object({
        engine: engineName.openapi({ param: { name: 'engine', in: 'path' } }),
      }),
    },
    responses: {
      200: json(
        z.object({
          engine: z.string(),
          state: z.string(),
          resident: z.string().nullable(),
          warning: z.string().nullable().openapi({ description: 'What should have been known before it was loaded.' }),
        }),
        'How it is now.',
      ),
      ...problems(400, 422, 503, 504),
    },
  });

export function addVoiceRoutes(app: OpenAPIHono, { voiceEngines }: { readonly voiceEngines: VoiceEngines }): void {
  app.openapi(engines, async (c) => {
    const outlook = await voiceEngines.outlooks();
    const shown = voiceEngines.catalogue.map(async (engine) => {
      const { id, title, taskQueue, realTime, needs, nominalPace, maxCharacters } = engine;
      const { available, pace } = outlook(engine);
      const status = available ? await voiceEngines.status(engine) : undefined;
      return {
        ...{ id, title, taskQueue, realTime, needs, nominalPace, maxCharacters },
        state: available ? (status?.state ?? ('unknown' as const)) : ('unavailable' as const),
        gpuMemory: status?.gpuMemory ?? null,
        warning: (status && memoryWarning(engine, status)) ?? null,
        why: available ? null : `No worker asks for tasks of the queue ${taskQueue}.`,
        voices: [...engine.voices],
        measuredPace: pace ?? null,
        speed: engine.speed ?? null,
        presets: [...(engine.presets ?? [])],
      };
    });
    return c.json({ engines: await Promise.all(shown) }, 200);
  });
  for (const wish of Object.keys(controls) as Control[]) {
    app.openapi(controlRoute(wish), async (c) => {
      const named = engineNamed(voiceEngines.catalogue, c.req.valid('param').engine);
      const before = wish === 'load' ? await voiceEngines.status(named) : undefined;
      const { engine, state, resident } = await voiceEngines.control(named, wish);
      return c.json({ engine, state, resident, warning: (before && memoryWarning(named, before)) ?? null }, 200);
    });
  }
  app.openapi(voices, async (c) => {
    const { engine } = c.req.valid('query');
    const outlook = await voiceEngines.outlooks();
    const wanted = engine === undefined ? voiceEngines.catalogue : [engineNamed(voiceEngines.catalogue, engine)];
    const shown = wanted.flatMap((one) =>
      one.voices.map((voice) => ({
        engine: one.id,
        voice,
        aliases: Object.keys(one.aliases).filter((alias) => one.aliases[alias] === voice),
        available: outlook(one).available,
      })),
    );
    return c.json({ voices: shown }, 200);
  });
}
