DROP INDEX surveys_by_time;
