-- Shared caches outlive databases, and several databases may share one; numbers come again where a backup is restored.
-- So what is kept of a workspace is found by its incarnation, which no other workspace ever has, and locked with it: it is
-- secret. It is what it should be only if it bears the same mark; `head` is that of a generation, drawn when it was made.
ALTER TABLE workspaces ADD COLUMN incarnation TEXT NOT NULL DEFAULT '';
UPDATE workspaces SET incarnation = lower(hex(randomblob(32)));

ALTER TABLE ledgers ADD COLUMN head BIGINT NOT NULL DEFAULT 0;

-- The checksum at the end of the block: a copy that ends with another one is not this block.
ALTER TABLE day_blocks ADD COLUMN seal BIGINT;
ALTER TABLE ledger_days ADD COLUMN seal BIGINT;
