-- Where the conversation can be opened in the source system.
ALTER TABLE conversations ADD COLUMN url TEXT;
-- What else the source says of it: a JSON object, its keys ascending, each with a list of texts that is ascending and has at
-- least one. Null: nothing.
ALTER TABLE conversations ADD COLUMN attributes TEXT;
