-- Loses: assistant_versions, assistant_deployments, turns.assistant.
DROP TABLE "assistant_deployments";
DROP TABLE "assistant_versions";
DROP INDEX "turns_assistant";
ALTER TABLE "turns" DROP COLUMN "assistant";
