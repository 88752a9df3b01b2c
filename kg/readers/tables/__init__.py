"""The reader of tables of laboratory results: CSV and Parquet, CDISC LB, and what a site's mapping file describes."""
