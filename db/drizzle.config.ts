import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'postgresql',
  schema: ['./db/schema/*.ts', './db/demo-bank-schema.ts'],
  out: './db/migrations',
});
