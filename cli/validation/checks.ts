/** Of one run of the command line. */
export interface Ran {
  readonly exitCode: number;
  // biome-ignore lint/suspicious/noExplicitAny: what commands print, as JSON; each check looks at what it knows.
  readonly json: any;
  readonly error: string;
}

export interface Verdict {
  readonly result: 'ok' | 'warning' | 'failed';
  readonly found: string;
}

export interface ValidationCheck {
  readonly name: string;
  readonly about: string;
  readonly args: (run: RunNames) => readonly string[];
  /** Looks at what the command printed, where it may have printed something wrong. */
  readonly judge?: (ran: Ran) => Verdict;
  readonly fix: string;
}

/** Names that belong to one validation. */
export interface RunNames {
  readonly session: string;
  readonly folder: string;
  readonly loadUsers: number;
  readonly loadSeconds: number;
}

export interface ValidationSection {
  readonly title: string;
  readonly checks: readonly ValidationCheck[];
}

const question = 'When do you open on Saturdays?';
const good = (found: string): Verdict => ({ result: 'ok', found });
const doubtful = (found: string): Verdict => ({ result: 'warning', found });
const bad = (found: string): Verdict => ({ result: 'failed', found });
const orError = (judge: (ran: Ran) => Verdict) => (ran: Ran) => (ran.exitCode === 0 ? judge(ran) : bad(ran.error));

const report = (type: string) => (): readonly string[] => ['analytics-report', '--type', type, '--time-range', '1h'];

/** Every command against the running system; each proves something that it read or did. */
export const sections: readonly ValidationSection[] = [
  {
    title: 'CORE OPERATIONS',
    checks: [
      {
        name: 'Calls',
        about: 'A call takes a question and answers it',
        args: ({ session }) => ['start-call', '--session-id', session, '--text', question],
        judge: orError(({ json }) => (json.reply ? good(`${json.source}: ${json.reply}`) : bad('There was no reply.'))),
        fix: 'See voicebot orchestrator-health, and voicebot log-analysis --errors-only.',
      },
      {
        name: 'Session Monitoring',
        about: 'Its turn is recorded',
        args: ({ session }) => ['monitor-session', '--session-id', session, '--format', 'json'],
        judge: orError(({ json }) =>
          json.history.length === 1
            ? good(`turn 1: ${json.history[0].status}`)
            : bad(`${json.history.length} turns instead of one`),
        ),
        fix: 'The worker of the queue records writes turns: voicebot worker --queues records.',
      },
      {
        name: 'Session List',
        about: 'Sessions are listed',
        args: () => ['list-sessions', '--limit', '100'],
        judge: orError(({ json }) => (json.sessions.length > 0 ? good(`${json.active} active`) : bad('There is no session.'))),
        fix: 'See DATABASE_URL.',
      },
      {
        name: 'Turn Retry',
        about: 'A turn that was answered is not done again',
        args: ({ session }) => ['retry-turn', '--session-id', session, '--turn', '1'],
        judge: ({ json, error }) =>
          json?.error?.code === 'conflict' ? good(json.error.message) : bad(error || 'It was tried again.'),
        fix: 'See voicebot failed-turns.',
      },
      {
        name: 'Session End',
        about: 'A call is ended',
        args: ({ session }) => ['end-session', '--session-id', session],
        judge: orError(({ json }) => (json.status === 'ended' ? good('ended') : bad(json.status))),
        fix: 'The workers of the queue calls must run: voicebot worker --queues calls.',
      },
      {
        name: 'Text to Speech',
        about: 'A sentence is spoken',
        args: ({ folder }) => ['tts-test', '--text', question, '--output', `${folder}/question.wav`],
        judge: orError(({ json }) =>
          good(`${(json.audioMs / 1000).toFixed(1)} s of speech in ${Math.round(json.processingMs)} ms`),
        ),
        fix: 'voicebot worker --queues tts',
      },
      {
        name: 'Speech to Text',
        about: 'It is understood again',
        args: ({ folder }) => ['stt-test', '--input', `${folder}/question.wav`],
        judge: orError(({ json }) => (/open on Saturday/i.test(json.text) ? good(json.text) : bad(`It heard: ${json.text}`))),
        fix: 'voicebot worker --queues stt',
      },
      {
        name: 'Analytics Reporting',
        about: 'Calls and how they ended',
        args: report('summary'),
        judge: orError(({ json }) =>
          json.calls.started > 0 ? good(`${json.calls.started} calls`) : bad('It does not know the call.'),
        ),
        fix: 'See DATABASE_URL.',
      },
      {
        name: 'Performance Analytics',
        about: 'Where the time went',
        args: report('performance'),
        judge: orError(({ json }) => good(`${json.steps.length} steps measured`)),
        fix: 'See DATABASE_URL.',
      },
      {
        name: 'Error Analysis',
        about: 'What failed',
        args: report('errors'),
        judge: orError(({ json: { turns } }) =>
          turns.failed === 0
            ? good(`none of ${turns.turns} turns failed`)
            : doubtful(`${turns.failed} of ${turns.turns} turns failed`),
        ),
        fix: 'voicebot failed-turns says why.',
      },
      {
        name: 'Usage Report',
        about: 'Turns and sound over time',
        args: report('usage'),
        judge: orError(({ json }) => good(`${json.turns.turns} turns in the last hour`)),
        fix: 'See DATABASE_URL.',
      },
    ],
  },
  {
    title: 'SYSTEM HEALTH & DIAGNOSTICS',
    checks: [
      {
        name: 'System Health Check',
        about: 'Database, Temporal, and workers of all queues',
        args: () => ['orchestrator-health'],
        judge: ({ exitCode, json, error }) => {
          if (!json?.workers) return bad(error);
          const empty = Object.entries(json.workers).filter(([, pollers]) => !pollers);
          if (exitCode === 0) return good(json.status);
          return bad(empty.length > 0 ? `${json.status}: nobody polls ${empty.map(([queue]) => queue).join(', ')}` : json.status);
        },
        fix: 'voicebot worker --queues with the queues that nobody polls.',
      },
      {
        name: 'System Diagnostics',
        about: 'Machine, models, service',
        args: () => ['system-diagnostics', '--comprehensive'],
        judge: ({ json, error }) => {
          if (!json?.checks) return bad(error);
          const wrong = json.checks.filter((one: { result: string }) => one.result === 'failed' || one.result === 'warning');
          const names = wrong.map((one: { name: string }) => one.name).join(', ');
          if (wrong.some((one: { result: string }) => one.result === 'failed')) return bad(`score ${json.score}: ${names}`);
          return wrong.length > 0 ? doubtful(`score ${json.score}: ${names}`) : good(`score ${json.score}`);
        },
        fix: 'voicebot system-diagnostics says what to do.',
      },
      {
        name: 'Service Discovery',
        about: 'Services and pollers',
        args: () => ['service-discovery'],
        judge: ({ exitCode, json, error }) => {
          if (!json?.services) return bad(error);
          const ready = json.services.filter((one: { state: string }) => one.state === 'ready').length;
          return exitCode === 0
            ? good(`${ready} of 6 services at their addresses, every queue polled`)
            : bad('A queue has no poller.');
        },
        fix: 'Start the service that the queue belongs to: voicebot service NAME.',
      },
      {
        name: 'Performance Benchmark',
        about: 'Machine, API, a turn, the live voice',
        args: ({ folder }) => ['performance-benchmark', '--engines', 'kokoro', '--folder', folder],
        judge: orError(({ json }) => good(`a turn in writing ${json.writtenTurnMs.p50} ms, API ${json.api.healthMs.p50} ms`)),
        fix: 'See voicebot system-diagnostics.',
      },
      {
        name: 'Log Analysis',
        about: 'Structured logs, grouped by cause',
        args: () => ['log-analysis', '--errors-only', '--since', '1h'],
        judge: ({ exitCode, json, error }) => {
          if (exitCode !== 0 && json?.error?.code === 'not-found') return doubtful('The log is not on this machine.');
          if (exitCode !== 0) return bad(error);
          return json.groups.length === 0 ? good('no error') : doubtful(`${json.groups.length} kinds of errors`);
        },
        fix: 'voicebot log-analysis --errors-only shows them; --file names a log elsewhere.',
      },
      {
        name: 'Doctor',
        about: 'The installation on this machine',
        args: () => ['doctor'],
        judge: ({ json, error }) => {
          if (!json?.checks) return bad(error);
          const wrong = json.checks
            .filter((one: { result: string }) => one.result === 'failed')
            .map((one: { name: string }) => one.name);
          return wrong.length === 0 ? good(`${json.checks.length} checks`) : bad(wrong.join(', '));
        },
        fix: 'voicebot doctor says how to mend it.',
      },
    ],
  },
  {
    title: 'SECURITY & COMPLIANCE',
    checks: [
      {
        name: 'Security Audit',
        about: 'Authentication, TLS, credentials, ports, encryption, retention, advisories',
        args: () => ['security-audit'],
        judge: ({ json, error }) => {
          if (!json?.risk) return bad(error);
          return json.risk === 'low' ? good('risk low') : json.risk === 'medium' ? doubtful('risk medium') : bad('risk high');
        },
        fix: 'voicebot security-audit says what to do.',
      },
      {
        name: 'Configuration Validation',
        about: 'Every setting is valid',
        args: () => ['config-validate'],
        judge: ({ exitCode, json, error }) =>
          exitCode === 0 ? good('valid') : bad(json?.problems ? json.problems.join('; ') : error),
        fix: 'See docs/reference/configuration.md.',
      },
      {
        name: 'Configuration',
        about: 'It is shown without secrets',
        args: () => ['config'],
        judge: orError(({ json }) => good(`${Object.keys(json).length} settings`)),
        fix: 'See docs/reference/configuration.md.',
      },
    ],
  },
  {
    title: 'ENTERPRISE MANAGEMENT',
    checks: [
      {
        name: 'Configuration Backup',
        about: 'Settings are written to a folder',
        args: ({ folder }) => ['backup-system', '--type', 'config', '--destination', folder],
        judge: orError(({ json }) => good(`${json.files.length} files`)),
        fix: 'See docs/operations.md.',
      },
      {
        name: 'Cache Management',
        about: 'What the cache holds and saves',
        args: () => ['cache-manager', 'stats'],
        judge: orError(({ json }) => good(`${json.entries} answers, ${json.hits} hits`)),
        fix: 'voicebot worker --queues cache',
      },
      {
        name: 'Adapter Control',
        about: 'LoRA adapters of the model',
        args: () => ['adapter-control', 'list'],
        judge: orError(({ json }) => good(`${json.adapters.length} adapters`)),
        fix: 'See DATABASE_URL.',
      },
      {
        name: 'Load Testing',
        about: 'Real calls over the socket, in real time',
        args: ({ loadUsers, loadSeconds }) => [
          ...['load-testing', '--users', String(loadUsers), '--duration', String(loadSeconds), '--ramp', '1', '--pause', '500'],
        ],
        judge: ({ exitCode, json, error }) => {
          if (!json?.voiceToVoiceMs) return bad(error);
          const { p50, p95 } = json.voiceToVoiceMs;
          const found = `${json.turns} turns, voice to voice p50 ${p50} ms, p95 ${p95} ms, ${json.failed} failed`;
          if (exitCode !== 0) return bad(found);
          return json.driver.wasTheLimit ? doubtful(`${found}; this machine was the limit`) : good(found);
        },
        fix: 'Fewer callers (--users), or more workers: docs/scaling.md.',
      },
    ],
  },
];
