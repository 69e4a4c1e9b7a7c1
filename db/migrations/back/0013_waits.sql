-- Loses: turns.engine, turns.waited_ms.
DROP INDEX "turns_created";
ALTER TABLE "turns" DROP COLUMN "engine";
ALTER TABLE "turns" DROP COLUMN "waited_ms";
