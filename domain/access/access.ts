/** What a request may need. */
export const permissions = ['call', 'speech', 'read', 'operate', 'content', 'monitor', 'admin'] as const;
export type Permission = (typeof permissions)[number];

export const permissionMeanings: Readonly<Record<Permission, string>> = {
  call: 'hold a call: open it, speak and write on it, end it',
  speech: 'single transcriptions and texts to speak, outside of calls',
  read: 'read sessions, transcripts, recordings and lists',
  operate: 'end and retry for others, review, make batches, load engines',
  content: 'change what the bot knows and says: articles, assistants, cache, adapters, approval of messages',
  monitor: 'metrics and the state of engines',
  admin: 'keys, tokens for others, and whatever else there is',
};

/** `caller` is one caller's token; the others are people and programs of the bank. */
export const roles = ['caller', 'agent', 'operator', 'admin'] as const;
export type Role = (typeof roles)[number];

export const permissionsOf: Readonly<Record<Role, readonly Permission[]>> = {
  caller: ['call'],
  agent: ['call', 'speech', 'read'],
  operator: ['call', 'speech', 'read', 'operate', 'content', 'monitor'],
  admin: permissions,
};

/** Whoever asks. */
export interface Principal {
  /** Stable name for logs and limits: never a secret. */
  readonly id: string;
  readonly role: Role;
  readonly permissions: ReadonlySet<Permission>;
  /** Whose data it may ask for; unset: everybody's. */
  readonly tenant?: string | undefined;
  /** The one session that it may ask for; unset: all. */
  readonly sessionId?: string | undefined;
}

/** Whoever is on this machine, while nobody has to say who they are. */
export const localPrincipal: Principal = { id: 'local', role: 'admin', permissions: new Set(permissions) };

/** The permissions of a role, or those of them that are named. */
export const granted = (role: Role, named: readonly Permission[] = []): ReadonlySet<Permission> =>
  new Set(permissionsOf[role].filter((one) => named.length === 0 || named.includes(one)));

export const isRole = (name: unknown): name is Role => roles.includes(name as Role);
