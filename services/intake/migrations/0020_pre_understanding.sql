-- How reports are understood: more of the catalogue, cameras and names of places; why each case is what it is; which
-- earlier cases may be the same.

ALTER TABLE categories ADD COLUMN questions jsonb NOT NULL DEFAULT '[]';  -- asked of who reports such a matter
CREATE TABLE classes (
    code    text PRIMARY KEY,
    name_zh text NOT NULL,
    name_en text NOT NULL
);

CREATE TABLE cameras (
    camera_id text PRIMARY KEY,
    name      text NOT NULL,
    lon       double precision NOT NULL,
    lat       double precision NOT NULL,
    grid_id   text                             -- when the position does not say it
);

CREATE TABLE gazetteer (                       -- a name may stand for several places: a line for each
    name    text NOT NULL,
    aliases text[] NOT NULL,
    kind    text NOT NULL CHECK (kind IN ('village', 'road', 'landmark')),
    lon     double precision,
    lat     double precision,
    grid_id text,                              -- a grid, or a village and so all of its grids
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY
);

ALTER TABLE cases
    ADD COLUMN answers    jsonb NOT NULL DEFAULT '{}',  -- to the questions of its category
    ADD COLUMN understood jsonb NOT NULL DEFAULT '[]',  -- [what, value, by, detail] in order; of each `what` the last counts
    ADD COLUMN hint       text,                         -- of a rule, for whoever routes the case
    ADD COLUMN class_code text,
    ADD COLUMN cell       bigint;                       -- domain/duplicates.py
ALTER TABLE cases DROP CONSTRAINT cases_desk_reason_check;
ALTER TABLE cases ADD CONSTRAINT cases_desk_reason_check
    CHECK (desk_reason IN ('no_position', 'outside_grids', 'ambiguous_address')) NOT VALID;  -- wider than it was
CREATE INDEX cases_near ON cases (class_code, cell, registered_at) WHERE cell IS NOT NULL;

-- The same cells as domain/duplicates.py cell_of: rows of 0.005 degrees, about as wide as high.
CREATE FUNCTION cell_of(lon double precision, lat double precision) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT (r * 1000000 + floor((lon + 180) * cos(radians((r + 0.5) * 0.005 - 90)) / 0.005))::bigint
    FROM (SELECT floor((lat + 90) / 0.005) AS r) AS rows
$$;

-- A case whose category or place is corrected is found where it belongs now.
CREATE FUNCTION keep_case_findable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.class_code := (SELECT class_code FROM categories WHERE code = NEW.category);
    NEW.cell := cell_of(NEW.lon, NEW.lat);
    RETURN NEW;
END $$;
CREATE TRIGGER cases_stay_findable BEFORE UPDATE ON cases FOR EACH ROW
    WHEN ((OLD.category, OLD.lon, OLD.lat) IS DISTINCT FROM (NEW.category, NEW.lon, NEW.lat))
    EXECUTE FUNCTION keep_case_findable();

CREATE TABLE likely_duplicates (               -- what was suggested to the desk when the case was registered
    case_id       uuid NOT NULL,
    candidate_id  uuid NOT NULL,
    score         real NOT NULL,
    metres        real NOT NULL,
    minutes       real NOT NULL,
    same_category boolean NOT NULL,
    words         real NOT NULL,
    PRIMARY KEY (case_id, candidate_id)
);

-- Counts every change of what reports are understood with, so that a process knows when to read it again: one small look
-- for all of it, however many grids there are.
CREATE TABLE reference_versions (
    what    text PRIMARY KEY,
    version bigint NOT NULL
);
INSERT INTO reference_versions SELECT unnest(ARRAY['grids', 'cameras', 'gazetteer', 'categories', 'sources']), 0;

CREATE FUNCTION count_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM changed) THEN
        UPDATE reference_versions SET version = version + 1 WHERE what = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END $$;

DO $$
DECLARE
    what text;
BEGIN
    FOR what IN SELECT r.what FROM reference_versions AS r LOOP
        EXECUTE format('CREATE TRIGGER %s_added AFTER INSERT ON %s REFERENCING NEW TABLE AS changed
            FOR EACH STATEMENT EXECUTE FUNCTION count_change()', what, what);
        EXECUTE format('CREATE TRIGGER %s_changed AFTER UPDATE ON %s REFERENCING NEW TABLE AS changed
            FOR EACH STATEMENT EXECUTE FUNCTION count_change()', what, what);
        EXECUTE format('CREATE TRIGGER %s_removed AFTER DELETE ON %s REFERENCING OLD TABLE AS changed
            FOR EACH STATEMENT EXECUTE FUNCTION count_change()', what, what);
    END LOOP;
END $$;
