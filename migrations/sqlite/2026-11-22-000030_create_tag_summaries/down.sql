DROP TABLE daily_channel_summary;
DROP TABLE daily_label_summary;
