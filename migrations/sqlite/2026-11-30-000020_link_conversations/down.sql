ALTER TABLE workspaces DROP COLUMN url_template;
