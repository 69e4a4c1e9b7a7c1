DROP INDEX "renderings_clauses";
ALTER TABLE "batches" DROP COLUMN "slots";
ALTER TABLE "renderings" DROP COLUMN "parts";
ALTER TABLE "renderings" DROP COLUMN "clause_hashes";
ALTER TABLE "renderings" DROP COLUMN "gain_db";
