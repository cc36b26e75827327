-- Who has reported, under one key each; who has seen what of them, and why; the household register.

CREATE TABLE persons (
    id          uuid PRIMARY KEY,
    phone_index text UNIQUE,               -- blind index of the number in E.164; NULL: no number, or erased
    wrapped_key text,                      -- the person's own key, sealed by the key ring; NULL: destroyed
    created_at  timestamptz NOT NULL,
    erased_at   timestamptz,
    CHECK ((wrapped_key IS NULL) = (erased_at IS NOT NULL))
);

ALTER TABLE reports ADD COLUMN person_id uuid;   -- whose key has sealed the original
CREATE INDEX reports_by_person ON reports (person_id) WHERE person_id IS NOT NULL;
CREATE INDEX reports_to_forget ON reports (received_at) WHERE original IS NOT NULL;

CREATE TABLE audit (                       -- a chain: each row's hash holds the one before it
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at            timestamptz NOT NULL,
    who           text NOT NULL,
    role          text NOT NULL,
    action        text NOT NULL CHECK (action IN
                      ('unmask', 'lookup', 'register_lookup', 'register_import', 'erase', 'forget', 'rotate', 'show_parked')),
    about         text NOT NULL,           -- number of a case, id of a person, name of a file
    reason        text NOT NULL,           -- masked, as all free text
    previous_hash text NOT NULL,
    hash          text NOT NULL UNIQUE
);
CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
DO $$
DECLARE
    grantee name;
BEGIN
    FOR grantee IN SELECT DISTINCT g.grantee FROM information_schema.role_table_grants g
                   WHERE g.table_schema = current_schema AND g.table_name = 'audit' AND g.grantee <> current_user LOOP
        EXECUTE format('REVOKE UPDATE, DELETE ON audit FROM %I', grantee);
    END LOOP;
END $$;

CREATE TABLE households (                  -- a register that the town has imported; everything about people is sealed
    id            uuid PRIMARY KEY,
    household     text NOT NULL,
    place_index   text NOT NULL,           -- blind index of the address
    sealed        text NOT NULL,           -- address and people, bound to this row
    imported_at   timestamptz NOT NULL,
    UNIQUE (household)
);
CREATE INDEX households_by_place ON households (place_index);

CREATE TABLE residents (                   -- by which numbers a household is found
    household_id uuid NOT NULL REFERENCES households ON DELETE CASCADE,
    phone_index  text NOT NULL,
    PRIMARY KEY (phone_index, household_id)
);
