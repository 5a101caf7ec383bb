package book

// PostgresObjects asks for what the migrations make in PostgreSQL.
const PostgresObjects = postgresObjects
