CREATE TABLE "batch_items" (
	"tenant" text NOT NULL,
	"batch_id" text NOT NULL,
	"line" integer NOT NULL,
	"key" text NOT NULL,
	"engine" text DEFAULT '' NOT NULL,
	"voice" text DEFAULT '' NOT NULL,
	"speed" real DEFAULT 1 NOT NULL,
	"text" text DEFAULT '' NOT NULL,
	"hash" text DEFAULT '' NOT NULL,
	"state" text DEFAULT 'pending' NOT NULL,
	"version" integer,
	"error_code" text,
	"error_message" text,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "batch_items_tenant_batch_id_line_pk" PRIMARY KEY("tenant","batch_id","line")
);
--> statement-breakpoint
CREATE TABLE "batches" (
	"tenant" text NOT NULL,
	"id" text NOT NULL,
	"name" text NOT NULL,
	"state" text DEFAULT 'preparing' NOT NULL,
	"request_hash" text NOT NULL,
	"language" text NOT NULL,
	"tags" text[] DEFAULT '{}' NOT NULL,
	"engine_choice" text,
	"loudness_lufs" real NOT NULL,
	"check" boolean NOT NULL,
	"approved_by" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"ended_at" timestamp (3) with time zone,
	CONSTRAINT "batches_tenant_id_pk" PRIMARY KEY("tenant","id")
);
--> statement-breakpoint
CREATE TABLE "message_versions" (
	"tenant" text NOT NULL,
	"key" text NOT NULL,
	"version" integer NOT NULL,
	"hash" text NOT NULL,
	"state" text NOT NULL,
	"decided_by" text,
	"decided_at" timestamp (3) with time zone,
	"batch_id" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "message_versions_tenant_key_version_pk" PRIMARY KEY("tenant","key","version")
);
--> statement-breakpoint
CREATE TABLE "messages" (
	"tenant" text NOT NULL,
	"key" text NOT NULL,
	"language" text NOT NULL,
	"tags" text[] DEFAULT '{}' NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "messages_tenant_key_pk" PRIMARY KEY("tenant","key")
);
--> statement-breakpoint
CREATE TABLE "renderings" (
	"tenant" text NOT NULL,
	"hash" text NOT NULL,
	"engine" text NOT NULL,
	"voice" text NOT NULL,
	"speed" real NOT NULL,
	"text" text NOT NULL,
	"text_hash" text NOT NULL,
	"duration_ms" real NOT NULL,
	"loudness_lufs" real,
	"true_peak_db" real,
	"findings" text[] DEFAULT '{}' NOT NULL,
	"heard" text,
	"word_error_rate" real,
	"work_ms" real,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "renderings_tenant_hash_pk" PRIMARY KEY("tenant","hash")
);
--> statement-breakpoint
CREATE INDEX "batch_items_state" ON "batch_items" USING btree ("tenant","batch_id","state","engine","line");--> statement-breakpoint
CREATE INDEX "batches_created" ON "batches" USING btree ("tenant","created_at","id");--> statement-breakpoint
CREATE INDEX "message_versions_state" ON "message_versions" USING btree ("tenant","state","created_at");--> statement-breakpoint
CREATE INDEX "message_versions_hash" ON "message_versions" USING btree ("tenant","hash");--> statement-breakpoint
CREATE INDEX "messages_tags" ON "messages" USING gin ("tags");--> statement-breakpoint
CREATE INDEX "renderings_engine" ON "renderings" USING btree ("engine","created_at");--> statement-breakpoint
CREATE INDEX "renderings_text" ON "renderings" USING btree ("tenant","text_hash");