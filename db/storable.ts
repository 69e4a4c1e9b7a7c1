/** Postgres has no character of code 0. */
export const storable = (text: string): string => text.replaceAll('\0', '');
