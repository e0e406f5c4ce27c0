DROP TABLE audit_counters;
DROP TABLE audit_events;
