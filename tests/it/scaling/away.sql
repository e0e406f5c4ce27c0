-- A cluster whose nodes go away one by one, on a single server: each row belongs to the node of its workspace, and whatever reads or
-- writes one of a workspace in `node_away` fails as Citus does where it can't reach the node.
CREATE TABLE node_away (workspace_id BIGINT PRIMARY KEY);

CREATE FUNCTION node_answers(wanted BIGINT) RETURNS BOOLEAN LANGUAGE plpgsql COST 1000000 AS $$
BEGIN
    IF EXISTS (SELECT FROM node_away WHERE workspace_id = wanted) THEN
        RAISE EXCEPTION 'connection to the remote node caseload@10.0.0.2:5432 failed' USING ERRCODE = '08006';
    END IF;
    RETURN TRUE;
END
$$;

DO $$
DECLARE
    name TEXT;
BEGIN
    FOREACH name IN ARRAY ARRAY['ledgers', 'counters', 'leases', 'rollup_runs', 'rollup_tasks', 'dirty_days'] LOOP
        EXECUTE format('ALTER TABLE %I RENAME TO %I', name, name || '_rows');
        EXECUTE format(
            'CREATE VIEW %I AS SELECT * FROM %I WHERE node_answers(workspace_id) WITH CASCADED CHECK OPTION',
            name, name || '_rows'
        );
    END LOOP;
END
$$;

-- A table that every node has a copy of takes no rows while any node is away.
CREATE FUNCTION all_nodes_answer() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM node_away) THEN
        RAISE EXCEPTION 'connection to the remote node caseload@10.0.0.2:5432 failed' USING ERRCODE = '08006';
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER all_nodes_answer BEFORE INSERT ON zone_offsets FOR EACH STATEMENT EXECUTE FUNCTION all_nodes_answer();
