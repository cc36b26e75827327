-- Rights of a leader end at an area: what lies in it.
CREATE FUNCTION areas_within(outer_area text) RETURNS SETOF text LANGUAGE sql STABLE AS $$
    WITH RECURSIVE inside AS (
        SELECT outer_area AS grid_id
        UNION
        SELECT g.grid_id FROM grids g JOIN inside i ON g.parent_id = i.grid_id
    )
    SELECT grid_id FROM inside
$$;
COMMENT ON FUNCTION areas_within IS 'an area and all that lies in it';
