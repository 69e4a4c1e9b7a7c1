CREATE TABLE "assistant_deployments" (
	"tenant" text NOT NULL,
	"id" integer GENERATED ALWAYS AS IDENTITY (sequence name "assistant_deployments_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"version" text NOT NULL,
	"candidate" text,
	"share" real DEFAULT 0 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "assistant_deployments_tenant_id_pk" PRIMARY KEY("tenant","id")
);
--> statement-breakpoint
CREATE TABLE "assistant_versions" (
	"tenant" text NOT NULL,
	"version" text NOT NULL,
	"name" text NOT NULL,
	"files" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "assistant_versions_tenant_version_pk" PRIMARY KEY("tenant","version")
);
--> statement-breakpoint
ALTER TABLE "turns" ADD COLUMN "assistant" text;--> statement-breakpoint
CREATE INDEX "turns_assistant" ON "turns" USING btree ("assistant");