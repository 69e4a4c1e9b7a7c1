/** What keys look like: the kind, an id that may be shown, and the secret. Scanners for secrets find them by their beginning. */
const keyPattern = /^vbk_([a-z0-9]{12})_([A-Za-z0-9_-]{43})$/;
const tokenPattern = /^vbt_[A-Za-z0-9_-]{43}$/;

export const keyOf = (id: string, secret: string): string => `vbk_${id}_${secret}`;
export const tokenOf = (secret: string): string => `vbt_${secret}`;

/** The id in a key; undefined where it is none. */
export const keyIdIn = (credential: string): string | undefined => keyPattern.exec(credential)?.[1];
export const isCallToken = (credential: string): boolean => tokenPattern.test(credential);
/** Three parts, as JSON Web Tokens have. */
export const isJwt = (credential: string): boolean => /^[\w-]+\.[\w-]+\.[\w-]+$/.test(credential);
