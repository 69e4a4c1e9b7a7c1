ALTER TABLE "turns" ADD COLUMN "heard_reply" text;--> statement-breakpoint
ALTER TABLE "turns" ADD COLUMN "interrupted" boolean DEFAULT false NOT NULL;