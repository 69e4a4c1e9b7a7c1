ALTER TABLE "batches" ADD COLUMN "slots" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "renderings" ADD COLUMN "parts" jsonb;--> statement-breakpoint
ALTER TABLE "renderings" ADD COLUMN "clause_hashes" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "renderings" ADD COLUMN "gain_db" real;--> statement-breakpoint
CREATE INDEX "renderings_clauses" ON "renderings" USING gin ("clause_hashes");