"""The same answers as `assess` for many patients, tables in and tables out (docs/populations.md)."""
