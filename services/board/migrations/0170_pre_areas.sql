-- Rights of a leader end at an area: what lies in it. Areas that were heard of before are in the journal.
CREATE TABLE grids (           -- a copy: dispatch owns the grids
    grid_id   text PRIMARY KEY,
    version   bigint NOT NULL,
    parent_id text
);
INSERT INTO grids
SELECT DISTINCT ON (1) data->>'grid_id', (data->>'version')::bigint, data->>'parent_id'
FROM journal WHERE type = 'dispatch.grid_changed.v1' ORDER BY 1, 2 DESC;

CREATE FUNCTION areas_within(outer_area text) RETURNS SETOF text LANGUAGE sql STABLE AS $$
    WITH RECURSIVE inside AS (
        SELECT outer_area AS grid_id
        UNION
        SELECT g.grid_id FROM grids g JOIN inside i ON g.parent_id = i.grid_id
    )
    SELECT grid_id FROM inside
$$;
COMMENT ON FUNCTION areas_within IS 'an area and all that lies in it';
