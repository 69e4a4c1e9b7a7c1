CREATE TABLE "deletions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"tenant" text NOT NULL,
	"reason" text NOT NULL,
	"session_id" text,
	"requested_by" text NOT NULL,
	"deleted" jsonb NOT NULL
);
--> statement-breakpoint
CREATE INDEX "deletions_at" ON "deletions" USING btree ("tenant","at");