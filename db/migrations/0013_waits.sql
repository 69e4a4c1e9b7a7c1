ALTER TABLE "turns" ADD COLUMN "engine" text;--> statement-breakpoint
ALTER TABLE "turns" ADD COLUMN "waited_ms" integer;--> statement-breakpoint
CREATE INDEX "turns_created" ON "turns" USING btree ("created_at");