-- Loses: deletions.
DROP TABLE "deletions";
