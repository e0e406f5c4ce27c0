-- What Caseload asks of Citus, where there is none: its tables of what is spread, and functions that write down that they were
-- called. Nothing is spread.
SET allow_system_table_mods = on;
INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
VALUES (999999, 'citus', 10, 'pg_catalog'::regnamespace, FALSE, '13.2-1');

CREATE SCHEMA stand_in;
CREATE TABLE stand_in.calls (number BIGINT GENERATED ALWAYS AS IDENTITY, call TEXT NOT NULL);
CREATE TABLE stand_in.partitions (logicalrelid REGCLASS PRIMARY KEY, partmethod "char", partkey TEXT, repmodel "char");
CREATE TABLE stand_in.groups (groupid INT);
INSERT INTO stand_in.groups VALUES (0);
CREATE TABLE stand_in.nodes (groupid INT);
INSERT INTO stand_in.nodes VALUES (0), (1), (2);
CREATE VIEW public.pg_dist_node AS SELECT * FROM stand_in.nodes;
CREATE VIEW public.pg_dist_partition AS SELECT * FROM stand_in.partitions;
CREATE VIEW public.pg_dist_local_group AS SELECT * FROM stand_in.groups;

CREATE FUNCTION public.column_to_column_name(REGCLASS, TEXT) RETURNS TEXT LANGUAGE sql AS 'SELECT $2';
CREATE FUNCTION public.create_reference_table(REGCLASS) RETURNS VOID LANGUAGE sql AS $$
    INSERT INTO stand_in.partitions VALUES ($1, 'n', NULL, 't');
    INSERT INTO stand_in.calls (call) VALUES ('reference ' || $1);
$$;
CREATE FUNCTION public.create_distributed_table(REGCLASS, TEXT, colocate_with TEXT DEFAULT 'default') RETURNS VOID LANGUAGE sql AS $$
    INSERT INTO stand_in.partitions VALUES ($1, 'h', $2, 's');
    INSERT INTO stand_in.calls (call) VALUES ('distributed ' || $1 || ' by ' || $2 || ' with ' || $3);
$$;
CREATE FUNCTION public.truncate_local_data_after_distributing_table(REGCLASS) RETURNS VOID LANGUAGE sql AS $$
    INSERT INTO stand_in.calls (call) VALUES ('without local rows ' || $1);
$$;
