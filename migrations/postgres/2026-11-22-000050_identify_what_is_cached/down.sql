ALTER TABLE ledger_days DROP COLUMN seal;
ALTER TABLE day_blocks DROP COLUMN seal;
ALTER TABLE ledgers DROP COLUMN head;
ALTER TABLE workspaces DROP COLUMN incarnation;
