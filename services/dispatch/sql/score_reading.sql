-- name: tallies
-- How many turns had which outcome, in these months, for everything of a dimension or for one of it; of an area those of
-- its grids, units and members.
SELECT t.month, t.value, g.name, t.figure, t.outcome, t.turns
FROM tallies t LEFT JOIN grids g ON t.dimension IN ('grid', 'unit') AND g.grid_id = t.value
WHERE t.month BETWEEN %(since)s AND %(until)s AND t.dimension = %(dimension)s
  AND (%(value)s::text IS NULL OR t.value = %(value)s) AND t.turns > 0
  AND (%(area)s::text IS NULL OR CASE t.dimension WHEN 'member' THEN t.value IN (
           SELECT member_id FROM members WHERE grid_id IN (SELECT areas_within(%(area)s)))
       ELSE t.value IN (SELECT areas_within(%(area)s)) END)

-- name: score_cases
-- The cases behind a figure of one month.
SELECT c.number, o.round, t.order_id::text, t.member_id, t.unit, t.outcomes->>%(figure)s AS outcome, t.assignment_id
FROM turns t JOIN orders o ON o.id = t.order_id JOIN cases c ON c.id = o.case_id
WHERE t.month = %(month)s AND t.assignment_id > %(after)s AND t.outcomes->>%(figure)s IS NOT NULL
  AND (%(outcome)s::text IS NULL OR t.outcomes->>%(figure)s = %(outcome)s)
  AND (%(dimension)s <> 'grid' OR t.grid_id = %(value)s) AND (%(dimension)s <> 'unit' OR t.unit = %(value)s)
  AND (%(dimension)s <> 'member' OR t.member_id = %(value)s)
  AND (%(dimension)s <> 'category' OR t.category = %(value)s)
  AND (%(dimension)s <> 'source' OR t.source = %(value)s)
ORDER BY t.assignment_id LIMIT %(limit)s

-- name: adoption
-- Every member on the roll, of an area or of all: when active last, and whether on a day, in its week until then, in its month until then.
SELECT m.member_id, m.role, m.grid_id AS unit, max(a.day) AS last_day,
       coalesce(max(a.day) = %(day)s, false) AS today,
       coalesce(max(a.day) >= date_trunc('week', %(day)s::date)::date, false) AS week,
       coalesce(max(a.day) >= date_trunc('month', %(day)s::date)::date, false) AS month
FROM members m LEFT JOIN active_days a ON a.member_id = m.member_id AND a.day <= %(day)s
     AND a.day >= least(date_trunc('week', %(day)s::date), date_trunc('month', %(day)s::date))::date
WHERE m.active AND (%(area)s::text IS NULL OR m.grid_id IN (SELECT areas_within(%(area)s))) GROUP BY m.member_id ORDER BY m.member_id

-- name: town_today
-- The day and the month by the town's clock.
SELECT t::date, to_char(t, 'YYYY-MM') FROM (SELECT clock_timestamp() AT TIME ZONE coalesce(
    (SELECT calendar->>'time_zone' FROM calendars ORDER BY id DESC LIMIT 1), 'UTC') AS t) AS now

-- name: scores_behind
-- For how many seconds the order that has waited longest has not been counted.
SELECT coalesce(extract(epoch FROM clock_timestamp() - (SELECT at FROM to_score ORDER BY id LIMIT 1)), 0)::float
