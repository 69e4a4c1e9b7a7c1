-- Loses: api_keys, call_tokens.
DROP TABLE "api_keys";
DROP TABLE "call_tokens";
DROP TABLE "rate_limits";
