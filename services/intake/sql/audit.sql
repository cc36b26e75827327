-- name: lock_audit
-- One at a time: who comes second must see the hash of who came first.
SELECT pg_advisory_xact_lock(hashtext(current_schema || ' audit'))

-- name: last_hash
-- The end of the chain.
SELECT hash FROM audit ORDER BY id DESC LIMIT 1

-- name: add_audit
-- Who has done what with personal data; appended, never edited.
INSERT INTO audit (at, who, role, action, about, reason, previous_hash, hash)
VALUES (%(at)s, %(who)s, %(role)s, %(action)s, %(about)s, %(reason)s, %(previous_hash)s, %(hash)s)

-- name: audit_after
-- The chain, some rows at a time.
SELECT id, at, who, role, action, about, reason, previous_hash, hash FROM audit WHERE id > %(after)s ORDER BY id LIMIT %(limit)s
