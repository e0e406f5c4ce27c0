DROP TABLE api_tokens;
DROP TABLE counters;
DROP TABLE ledgers;
DROP TABLE workspaces;
