CREATE TABLE "cache_entries" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"question" text NOT NULL,
	"question_key" text NOT NULL,
	"language" text NOT NULL,
	"reply" text NOT NULL,
	"embedding" vector(384) NOT NULL,
	"hits" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "recordings" (
	"session_id" text NOT NULL,
	"turn" integer NOT NULL,
	"kind" text NOT NULL,
	"blob_key" text NOT NULL,
	"sample_rate_hz" integer NOT NULL,
	"duration_ms" integer NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "recordings_session_id_turn_kind_pk" PRIMARY KEY("session_id","turn","kind")
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"id" text PRIMARY KEY NOT NULL,
	"status" text DEFAULT 'active' NOT NULL,
	"turns" integer DEFAULT 0 NOT NULL,
	"last_intent" text,
	"end_reason" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"ended_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "turn_metrics" (
	"session_id" text NOT NULL,
	"turn" integer NOT NULL,
	"step" text NOT NULL,
	"queue_ms" real,
	"work_ms" real NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "turn_metrics_session_id_turn_step_pk" PRIMARY KEY("session_id","turn","step")
);
--> statement-breakpoint
CREATE TABLE "turns" (
	"session_id" text NOT NULL,
	"turn" integer NOT NULL,
	"status" text NOT NULL,
	"transcript" text NOT NULL,
	"language" text NOT NULL,
	"reply" text NOT NULL,
	"source" text NOT NULL,
	"intent" text NOT NULL,
	"audio_ms" integer NOT NULL,
	"spoken_ms" integer NOT NULL,
	"error_step" text,
	"error_code" text,
	"error_message" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "turns_session_id_turn_pk" PRIMARY KEY("session_id","turn")
);
--> statement-breakpoint
ALTER TABLE "turns" ADD CONSTRAINT "turns_session_id_sessions_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."sessions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "cache_entries_question" ON "cache_entries" USING btree ("language","question_key");--> statement-breakpoint
CREATE INDEX "cache_entries_embedding" ON "cache_entries" USING hnsw ("embedding" vector_cosine_ops);--> statement-breakpoint
CREATE INDEX "sessions_status_created" ON "sessions" USING btree ("status","created_at");