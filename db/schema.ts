export * from './schema/access.ts';
export * from './schema/answers.ts';
export * from './schema/calls.ts';
export * from './schema/messages.ts';
