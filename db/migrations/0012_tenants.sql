DROP INDEX "article_passages_words";
--> statement-breakpoint
DROP INDEX "messages_tags";
--> statement-breakpoint
DROP INDEX "renderings_clauses";
--> statement-breakpoint
ALTER TABLE "adapters" ADD COLUMN "tenant" text;
--> statement-breakpoint
ALTER TABLE "recordings" ADD COLUMN "tenant" text DEFAULT 'default' NOT NULL;
--> statement-breakpoint
UPDATE "recordings" SET "tenant" = s."tenant" FROM "sessions" s WHERE s."id" = "recordings"."session_id" AND s."tenant" <> 'default';
--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "customer_hashes" text[] DEFAULT '{}' NOT NULL;
--> statement-breakpoint
ALTER TABLE "tenants" ADD COLUMN "bank_name" text;
--> statement-breakpoint
ALTER TABLE "tenants" ADD COLUMN "numbers" text[] DEFAULT '{}' NOT NULL;
--> statement-breakpoint
ALTER TABLE "tenants" ADD COLUMN "max_sessions" integer;
--> statement-breakpoint
ALTER TABLE "tenants" ADD COLUMN "retention_sessions_days" integer;
--> statement-breakpoint
ALTER TABLE "tenants" ADD COLUMN "retention_audio_days" integer;
--> statement-breakpoint
ALTER TABLE "turn_metrics" ADD COLUMN "tenant" text DEFAULT 'default' NOT NULL;
--> statement-breakpoint
UPDATE "turn_metrics" SET "tenant" = s."tenant" FROM "sessions" s WHERE s."id" = "turn_metrics"."session_id" AND s."tenant" <> 'default';
--> statement-breakpoint
ALTER TABLE "turn_reviews" ADD COLUMN "tenant" text DEFAULT 'default' NOT NULL;
--> statement-breakpoint
UPDATE "turn_reviews" SET "tenant" = s."tenant" FROM "sessions" s WHERE s."id" = "turn_reviews"."session_id" AND s."tenant" <> 'default';
--> statement-breakpoint
ALTER TABLE "turns" ADD COLUMN "tenant" text DEFAULT 'default' NOT NULL;
--> statement-breakpoint
UPDATE "turns" SET "tenant" = s."tenant" FROM "sessions" s WHERE s."id" = "turns"."session_id" AND s."tenant" <> 'default';
--> statement-breakpoint
CREATE INDEX "renderings_filled" ON "renderings" USING btree ("tenant") WHERE parts is not null;
--> statement-breakpoint
CREATE INDEX "sessions_tenant_created_id" ON "sessions" USING btree ("tenant","created_at","id");
--> statement-breakpoint
CREATE POLICY "own_tenant" ON "adapters" AS PERMISSIVE FOR ALL TO "voicebot_tenant" USING (tenant is null or tenant = current_setting('voicebot.tenant', true)) WITH CHECK (tenant = current_setting('voicebot.tenant', true));
--> statement-breakpoint
CREATE POLICY "every_tenant" ON "adapters" AS PERMISSIVE FOR ALL TO "voicebot_all" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "own_tenant" ON "api_keys" AS PERMISSIVE FOR ALL TO "voicebot_tenant" USING ("tenant" = current_setting('voicebot.tenant', true)) WITH CHECK ("tenant" = current_setting('voicebot.tenant', true));
--> statement-breakpoint
CREATE POLICY "every_tenant" ON "api_keys" AS PERMISSIVE FOR ALL TO "voicebot_all" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "own_tenant" ON "article_passages" AS PERMISSIVE FOR ALL TO "voicebot_tenant" USING ("tenant" = current_setting('voicebot.tenant', true)) WITH CHECK ("tenant" = current_setting('voicebot.tenant', true));
--> statement-breakpoint
CREATE POLICY "every_tenant" ON "article_passages" AS PERMISSIVE FOR ALL TO "voicebot_all" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "own_tenant" ON "articles" AS PERMISSIVE FOR ALL TO "voicebot_tenant" USING ("tenant" = current_setting('voicebot.tenant', true)) WITH CHECK ("tenant" = current_setting('voicebot.tenant', true));
--> statement-breakpoint
CREATE POLICY "every_tenant" ON "articles" AS PERMISSIVE FOR ALL TO "voicebot_all" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "own_tenant" ON "assistant_deployments" AS PERMISSIVE FOR ALL TO "voicebot_tenant" USING ("tenant" = current_setting('voicebot.tenant', true)) WITH CHECK ("tenant" = current_setting('voicebot.tenant', true));
--> statement-breakpoint
CREATE POLICY "every_tenant" ON "assistant_deployments" AS PERMISSIVE FOR ALL TO "voicebot_all" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "own_tenant" ON "assistant_versions" AS PERMISSIVE FOR ALL TO "voicebot_tenant" USING ("tenant" = current_setting('voicebot.tenant', true)) WITH CHECK ("tenant" = current_setting('voicebot.tenant', true));
--> statement-breakpoint
CREATE POLICY "every_tenant" ON "assistant_versions" AS PERMISSIVE FOR ALL TO "voicebot_all" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "own_tenant" ON "audit_log" AS PERMISSIVE FOR ALL TO "voicebot_tenant" USING ("tenant" = current_setting('voicebot.tenant', true)) WITH CHECK ("tenant" = current_setting('voicebot.tenant', true));
--> statement-breakpoint
CREATE POLICY "every_tenant" ON "audit_log" AS PERMISSIVE FOR ALL TO "voicebot_all" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "own_tenant" ON "batch_items" AS PERMISSIVE FOR ALL TO "voicebot_tenant" USING ("tenant" = current_setting('voicebot.tenant', true)) WITH CHECK ("tenant" = current_setting('voicebot.tenant', true));
--> statement-breakpoint
CREATE POLICY "every_tenant" ON "batch_items" AS PERMISSIVE FOR ALL TO "voicebot_all" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "own_tenant" ON "batches" AS PERMISSIVE FOR ALL TO "voicebot_tenant" USING ("tenant" = current_setting('voicebot.tenant', true)) WITH CHECK ("tenant" = current_setting('voicebot.tenant', true));
--> statement-breakpoint
CREATE POLICY "every_tenant" ON "batches" AS PERMISSIVE FOR ALL TO "voicebot_all" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "own_tenant" ON "cache_entries" AS PERMISSIVE FOR ALL TO "voicebot_tenant" USING ("tenant" = current_setting('voicebot.tenant', true)) WITH CHECK ("tenant" = current_setting('voicebot.tenant', true));
--> statement-breakpoint
CREATE POLICY "every_tenant" ON "cache_entries" AS PERMISSIVE FOR ALL TO "voicebot_all" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "own_tenant" ON "cache_reviews" AS PERMISSIVE FOR ALL TO "voicebot_tenant" USING ("tenant" = current_setting('voicebot.tenant', true)) WITH CHECK ("tenant" = current_setting('voicebot.tenant', true));
--> statement-breakpoint
CREATE POLICY "every_tenant" ON "cache_reviews" AS PERMISSIVE FOR ALL TO "voicebot_all" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "own_tenant" ON "cache_use" AS PERMISSIVE FOR ALL TO "voicebot_tenant" USING ("tenant" = current_setting('voicebot.tenant', true)) WITH CHECK ("tenant" = current_setting('voicebot.tenant', true));
--> statement-breakpoint
CREATE POLICY "every_tenant" ON "cache_use" AS PERMISSIVE FOR ALL TO "voicebot_all" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "own_tenant" ON "call_tokens" AS PERMISSIVE FOR ALL TO "voicebot_tenant" USING ("tenant" = current_setting('voicebot.tenant', true)) WITH CHECK ("tenant" = current_setting('voicebot.tenant', true));
--> statement-breakpoint
CREATE POLICY "every_tenant" ON "call_tokens" AS PERMISSIVE FOR ALL TO "voicebot_all" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "own_tenant" ON "deletions" AS PERMISSIVE FOR ALL TO "voicebot_tenant" USING ("tenant" = current_setting('voicebot.tenant', true)) WITH CHECK ("tenant" = current_setting('voicebot.tenant', true));
--> statement-breakpoint
CREATE POLICY "every_tenant" ON "deletions" AS PERMISSIVE FOR ALL TO "voicebot_all" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "own_tenant" ON "message_versions" AS PERMISSIVE FOR ALL TO "voicebot_tenant" USING ("tenant" = current_setting('voicebot.tenant', true)) WITH CHECK ("tenant" = current_setting('voicebot.tenant', true));
--> statement-breakpoint
CREATE POLICY "every_tenant" ON "message_versions" AS PERMISSIVE FOR ALL TO "voicebot_all" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "own_tenant" ON "messages" AS PERMISSIVE FOR ALL TO "voicebot_tenant" USING ("tenant" = current_setting('voicebot.tenant', true)) WITH CHECK ("tenant" = current_setting('voicebot.tenant', true));
--> statement-breakpoint
CREATE POLICY "every_tenant" ON "messages" AS PERMISSIVE FOR ALL TO "voicebot_all" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "own_tenant" ON "recordings" AS PERMISSIVE FOR ALL TO "voicebot_tenant" USING ("tenant" = current_setting('voicebot.tenant', true)) WITH CHECK ("tenant" = current_setting('voicebot.tenant', true));
--> statement-breakpoint
CREATE POLICY "every_tenant" ON "recordings" AS PERMISSIVE FOR ALL TO "voicebot_all" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "own_tenant" ON "renderings" AS PERMISSIVE FOR ALL TO "voicebot_tenant" USING ("tenant" = current_setting('voicebot.tenant', true)) WITH CHECK ("tenant" = current_setting('voicebot.tenant', true));
--> statement-breakpoint
CREATE POLICY "every_tenant" ON "renderings" AS PERMISSIVE FOR ALL TO "voicebot_all" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "own_tenant" ON "sessions" AS PERMISSIVE FOR ALL TO "voicebot_tenant" USING ("tenant" = current_setting('voicebot.tenant', true)) WITH CHECK ("tenant" = current_setting('voicebot.tenant', true));
--> statement-breakpoint
CREATE POLICY "every_tenant" ON "sessions" AS PERMISSIVE FOR ALL TO "voicebot_all" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "own_tenant" ON "tenants" AS PERMISSIVE FOR ALL TO "voicebot_tenant" USING ("id" = current_setting('voicebot.tenant', true)) WITH CHECK ("id" = current_setting('voicebot.tenant', true));
--> statement-breakpoint
CREATE POLICY "every_tenant" ON "tenants" AS PERMISSIVE FOR ALL TO "voicebot_all" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "own_tenant" ON "turn_metrics" AS PERMISSIVE FOR ALL TO "voicebot_tenant" USING ("tenant" = current_setting('voicebot.tenant', true)) WITH CHECK ("tenant" = current_setting('voicebot.tenant', true));
--> statement-breakpoint
CREATE POLICY "every_tenant" ON "turn_metrics" AS PERMISSIVE FOR ALL TO "voicebot_all" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "own_tenant" ON "turn_reviews" AS PERMISSIVE FOR ALL TO "voicebot_tenant" USING ("tenant" = current_setting('voicebot.tenant', true)) WITH CHECK ("tenant" = current_setting('voicebot.tenant', true));
--> statement-breakpoint
CREATE POLICY "every_tenant" ON "turn_reviews" AS PERMISSIVE FOR ALL TO "voicebot_all" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "own_tenant" ON "turns" AS PERMISSIVE FOR ALL TO "voicebot_tenant" USING ("tenant" = current_setting('voicebot.tenant', true)) WITH CHECK ("tenant" = current_setting('voicebot.tenant', true));
--> statement-breakpoint
CREATE POLICY "every_tenant" ON "turns" AS PERMISSIVE FOR ALL TO "voicebot_all" USING (true) WITH CHECK (true);
--> statement-breakpoint
ALTER TABLE "api_keys" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "audit_log" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "call_tokens" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "tenants" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "adapters" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "article_passages" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "articles" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "assistant_deployments" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "assistant_versions" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "cache_entries" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "cache_reviews" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "cache_use" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "deletions" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "recordings" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "sessions" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "turn_metrics" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "turn_reviews" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "turns" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "batch_items" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "batches" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "message_versions" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "messages" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "renderings" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
