ALTER TABLE "demo_bank"."transactions" DROP COLUMN "category";
