"""The server store: PostgreSQL with pgvector, behind the same protocol as the embedded store."""
