"""The snapshot's tables in SQLite; the only package that speaks SQL."""
