/** For the health check of a container: whether the service on this port lives. */
const port = process.argv[2] ?? '8000';
const { ok } = await fetch(`http://127.0.0.1:${port}/health`, { signal: AbortSignal.timeout(4_000) }).catch(() => ({
  ok: false,
}));
process.exit(ok ? 0 : 1);
