CREATE SCHEMA "demo_bank";
--> statement-breakpoint
CREATE TABLE "adapters" (
	"name" text PRIMARY KEY NOT NULL,
	"base_model" text NOT NULL,
	"file" text NOT NULL,
	"sha256" text NOT NULL,
	"metrics" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"state" text DEFAULT 'registered' NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "article_passages" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"tenant" text NOT NULL,
	"article_id" text NOT NULL,
	"language" text NOT NULL,
	"kind" text NOT NULL,
	"text" text NOT NULL,
	"embedding" vector(384) NOT NULL,
	"words" "tsvector" GENERATED ALWAYS AS (to_tsvector('english', text)) STORED
);
--> statement-breakpoint
CREATE TABLE "articles" (
	"tenant" text NOT NULL,
	"id" text NOT NULL,
	"language" text NOT NULL,
	"title" text NOT NULL,
	"answer" text NOT NULL,
	"body" text NOT NULL,
	"version" integer NOT NULL,
	"sha256" text NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "articles_tenant_id_pk" PRIMARY KEY("tenant","id")
);
--> statement-breakpoint
CREATE TABLE "cache_reviews" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"tenant" text NOT NULL,
	"entry_id" uuid,
	"asked" text NOT NULL,
	"question" text NOT NULL,
	"reply" text NOT NULL,
	"probability" real NOT NULL,
	"verdict" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "cache_use" (
	"tenant" text NOT NULL,
	"day" text NOT NULL,
	"hits" integer DEFAULT 0 NOT NULL,
	"misses" integer DEFAULT 0 NOT NULL,
	"saved_ms" real DEFAULT 0 NOT NULL,
	CONSTRAINT "cache_use_tenant_day_pk" PRIMARY KEY("tenant","day")
);
--> statement-breakpoint
CREATE TABLE "tenants" (
	"id" text PRIMARY KEY NOT NULL,
	"knowledge_version" integer DEFAULT 0 NOT NULL,
	"adapter" text,
	"cache_threshold" real
);
--> statement-breakpoint
CREATE TABLE "turn_reviews" (
	"session_id" text NOT NULL,
	"turn" integer NOT NULL,
	"verdict" text NOT NULL,
	"better_reply" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "turn_reviews_session_id_turn_pk" PRIMARY KEY("session_id","turn")
);
--> statement-breakpoint
CREATE TABLE "demo_bank"."accounts" (
	"id" text PRIMARY KEY NOT NULL,
	"customer_id" text NOT NULL,
	"kind" text NOT NULL,
	"last_four" text NOT NULL,
	"balance_minor" integer NOT NULL,
	"currency" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "demo_bank"."call_backs" (
	"id" text PRIMARY KEY NOT NULL,
	"customer_id" text NOT NULL,
	"at" text NOT NULL,
	"topic" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "demo_bank"."cards" (
	"id" text PRIMARY KEY NOT NULL,
	"customer_id" text NOT NULL,
	"kind" text NOT NULL,
	"last_four" text NOT NULL,
	"status" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "demo_bank"."customers" (
	"id" text PRIMARY KEY NOT NULL,
	"number" text NOT NULL,
	"name" text NOT NULL,
	"pin_hash" text NOT NULL,
	"code_hash" text NOT NULL,
	"failed_tries" integer DEFAULT 0 NOT NULL,
	"locked_until" timestamp (3) with time zone,
	CONSTRAINT "customers_number_unique" UNIQUE("number")
);
--> statement-breakpoint
CREATE TABLE "demo_bank"."orders" (
	"customer_id" text NOT NULL,
	"key" text NOT NULL,
	"outcome" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "orders_customer_id_key_pk" PRIMARY KEY("customer_id","key")
);
--> statement-breakpoint
CREATE TABLE "demo_bank"."reservations" (
	"id" text PRIMARY KEY NOT NULL,
	"customer_id" text NOT NULL,
	"account_id" text NOT NULL,
	"amount_minor" integer NOT NULL,
	"currency" text NOT NULL,
	"status" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "demo_bank"."transactions" (
	"id" text PRIMARY KEY NOT NULL,
	"customer_id" text NOT NULL,
	"account_id" text NOT NULL,
	"day" date NOT NULL,
	"position" integer NOT NULL,
	"merchant" text NOT NULL,
	"amount_minor" integer NOT NULL,
	"currency" text NOT NULL,
	"status" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "demo_bank"."transfers" (
	"id" text PRIMARY KEY NOT NULL,
	"customer_id" text NOT NULL,
	"day" date NOT NULL,
	"party" text NOT NULL,
	"amount_minor" integer NOT NULL,
	"currency" text NOT NULL,
	"status" text NOT NULL,
	"expected" date
);
--> statement-breakpoint
CREATE TABLE "demo_bank"."tries" (
	"key" text PRIMARY KEY NOT NULL,
	"status" text NOT NULL,
	"tries_left" integer NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
DROP INDEX "cache_entries_question";--> statement-breakpoint
ALTER TABLE "cache_entries" ADD COLUMN "tenant" text DEFAULT 'default' NOT NULL;--> statement-breakpoint
ALTER TABLE "cache_entries" ADD COLUMN "persona" text DEFAULT 'default' NOT NULL;--> statement-breakpoint
ALTER TABLE "cache_entries" ADD COLUMN "model" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "cache_entries" ADD COLUMN "adapter" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "cache_entries" ADD COLUMN "knowledge_version" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "cache_entries" ADD COLUMN "intent" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "cache_entries" ADD COLUMN "citations" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "cache_entries" ADD COLUMN "cost_ms" real DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "tenant" text DEFAULT 'default' NOT NULL;--> statement-breakpoint
ALTER TABLE "turns" ADD COLUMN "citations" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "turns" ADD COLUMN "guards" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "turns" ADD COLUMN "adapter" text;--> statement-breakpoint
CREATE INDEX "article_passages_article" ON "article_passages" USING btree ("tenant","article_id");--> statement-breakpoint
CREATE INDEX "article_passages_embedding" ON "article_passages" USING hnsw ("embedding" vector_cosine_ops);--> statement-breakpoint
CREATE INDEX "article_passages_words" ON "article_passages" USING gin ("words");--> statement-breakpoint
CREATE INDEX "cache_reviews_open" ON "cache_reviews" USING btree ("tenant","created_at");--> statement-breakpoint
CREATE INDEX "accounts_customer" ON "demo_bank"."accounts" USING btree ("customer_id");--> statement-breakpoint
CREATE INDEX "cards_customer" ON "demo_bank"."cards" USING btree ("customer_id");--> statement-breakpoint
CREATE INDEX "reservations_account" ON "demo_bank"."reservations" USING btree ("account_id","status");--> statement-breakpoint
CREATE INDEX "transactions_customer_day" ON "demo_bank"."transactions" USING btree ("customer_id","day");--> statement-breakpoint
CREATE INDEX "transfers_customer" ON "demo_bank"."transfers" USING btree ("customer_id");--> statement-breakpoint
CREATE UNIQUE INDEX "cache_entries_scope_question" ON "cache_entries" USING btree ("tenant","language","persona","model","adapter","knowledge_version","question_key");--> statement-breakpoint
CREATE INDEX "cache_entries_expires" ON "cache_entries" USING btree ("expires_at");