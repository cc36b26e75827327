-- name: lock_registry
-- Only one changes areas and members at a time; who reads them, reads on.
LOCK TABLE grids, members IN SHARE ROW EXCLUSIVE MODE

-- name: areas
-- Every area there is or was.
SELECT grid_id, version, code, name, level, parent_id, households, geometry, area, by_hand FROM grids ORDER BY grid_id

-- name: members
-- Every member there is or was; phones and chat ids are sealed.
SELECT member_id, version, name, role, grid_id, skills, language, on_duty, active, phone, chats, blind, by_hand FROM members
ORDER BY member_id

-- name: put_areas
-- Areas that are new or have changed, as they are now.
INSERT INTO grids (grid_id, version, code, name, level, parent_id, households, geometry, area, by_hand)
SELECT grid_id, version, code, name, level, parent_id, households, geometry, area, by_hand
FROM json_to_recordset(%(rows)s) AS r(grid_id text, version bigint, code text, name text, level text, parent_id text,
    households integer, geometry jsonb, area double precision, by_hand boolean)
ON CONFLICT (grid_id) DO UPDATE SET version = excluded.version, code = excluded.code, name = excluded.name,
    level = excluded.level, parent_id = excluded.parent_id, households = excluded.households,
    geometry = excluded.geometry, area = excluded.area, by_hand = excluded.by_hand

-- name: put_members
-- Members who are new or have changed, as they are now.
INSERT INTO members (member_id, version, name, role, grid_id, skills, language, on_duty, active, phone, chats, blind,
    by_hand)
SELECT member_id, version, name, role, grid_id, ARRAY(SELECT jsonb_array_elements_text(skills)), language, on_duty, active,
       phone, chats, blind, by_hand
FROM json_to_recordset(%(rows)s) AS r(member_id text, version bigint, name text, role text, grid_id text, skills jsonb,
    language text, on_duty boolean, active boolean, phone text, chats jsonb, blind jsonb,
    by_hand boolean)
ON CONFLICT (member_id) DO UPDATE SET version = excluded.version, name = excluded.name, role = excluded.role,
    grid_id = excluded.grid_id, skills = excluded.skills, language = excluded.language, on_duty = excluded.on_duty,
    active = excluded.active, phone = excluded.phone, chats = excluded.chats, blind = excluded.blind,
    by_hand = excluded.by_hand

-- name: add_registry_journal
-- What was changed of areas and members, by whom and why.
INSERT INTO registry_journal (what, key, version, at, who, why, before, after)
SELECT what, key, version, at, who, why, before, after FROM json_to_recordset(%(rows)s) AS j(what text, key text,
    version bigint, at timestamptz, who text, why text, before jsonb, after jsonb)

-- name: registry_journal
-- Everything that was changed of an area or a member, the newest first.
SELECT version, at, who, why, before, after FROM registry_journal WHERE what = %(what)s AND key = %(key)s
ORDER BY version DESC LIMIT %(limit)s

-- name: add_successions
-- Grids that others have taken the place of.
INSERT INTO successions (grid_id, successor_id, since)
SELECT grid_id, successor_id, since FROM json_to_recordset(%(rows)s)
    AS s(grid_id text, successor_id text, since timestamptz)

-- name: replaced
-- Grids that others have taken the place of.
SELECT DISTINCT grid_id FROM successions

-- name: successors
-- What lies in the place of these grids now, however often they were split and merged.
WITH RECURSIVE later AS (
    SELECT grid_id AS origin, successor_id FROM successions WHERE grid_id = ANY(%(ids)s)
    UNION SELECT l.origin, s.successor_id FROM later l JOIN successions s ON s.grid_id = l.successor_id)
SELECT l.origin, g.grid_id, g.geometry FROM later l JOIN grids g ON g.grid_id = l.successor_id
WHERE g.geometry IS NOT NULL AND l.origin IN (SELECT grid_id FROM grids WHERE geometry IS NULL) ORDER BY 1, 2

-- name: areas_up
-- These areas, each with those that it lies in, from the inside outwards.
WITH RECURSIVE up AS (
    SELECT grid_id AS area, grid_id, parent_id, 0 AS height FROM grids WHERE grid_id = ANY(%(areas)s)
    UNION ALL
    SELECT u.area, g.grid_id, g.parent_id, u.height + 1 FROM up u JOIN grids g ON g.grid_id = u.parent_id
    WHERE u.height < 9  -- five levels there are
)
SELECT area, array_agg(grid_id ORDER BY height) FROM up GROUP BY area

-- name: displaced
-- Grids whose open work has not been moved yet, and members who have left while they had something in hand.
SELECT ARRAY(SELECT DISTINCT grid_id FROM successions JOIN grids USING (grid_id) WHERE NOT settled AND geometry IS NULL),
       ARRAY(SELECT member_id FROM in_hand JOIN members USING (member_id) WHERE NOT active AND handling > 0)

-- name: lock_displaced_cases
-- Open cases that lie in these grids, or that these members have in hand, locked for this replica; those that another is at
-- are passed over before they are counted.
SELECT id::text, number, level, kind, category, title, place_text, grid_id, lon, lat, said, described, service FROM cases
WHERE id IN (
    SELECT o.case_id FROM orders o JOIN cases c ON c.id = o.case_id
    WHERE c.grid_id = ANY(%(grids)s) AND o.state IN ('pooled', 'dispatched', 'in_progress', 'suspended', 'resolved', 'verified')
    UNION ALL
    SELECT case_id FROM orders WHERE member_id = ANY(%(members)s) AND state IN ('dispatched', 'in_progress', 'suspended'))
ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED

-- name: settle_successions
-- Grids whose work is moved; those that were split or merged a moment ago stay open for what is being assigned now.
UPDATE successions AS s SET settled = true
WHERE s.grid_id = ANY(%(grids)s) AND NOT s.settled AND s.since < (SELECT clock_timestamp() - interval '5 minutes')
  AND NOT EXISTS (SELECT FROM cases c JOIN orders o ON o.case_id = c.id
    WHERE c.grid_id = s.grid_id AND o.state IN ('pooled', 'dispatched', 'in_progress', 'suspended', 'resolved', 'verified'))
