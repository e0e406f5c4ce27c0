-- Where the conversations of a workspace can be opened that have no URL of their own; {id} stands for the conversation's id.
ALTER TABLE workspaces ADD COLUMN url_template TEXT;
