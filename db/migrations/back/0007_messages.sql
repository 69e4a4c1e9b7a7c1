-- Loses: batches, batch_items, messages, message_versions, renderings.
DROP TABLE "batch_items";
DROP TABLE "batches";
DROP TABLE "message_versions";
DROP TABLE "messages";
DROP TABLE "renderings";
