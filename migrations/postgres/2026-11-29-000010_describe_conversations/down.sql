ALTER TABLE conversations DROP COLUMN attributes;
ALTER TABLE conversations DROP COLUMN url;
