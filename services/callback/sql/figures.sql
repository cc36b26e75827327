-- name: figures
-- Follow-ups of these months, counted for each unit, each category, or the town.
SELECT f.month, CASE %(by)s WHEN 'unit' THEN f.unit WHEN 'category' THEN f.category ELSE '' END AS of,
    count(*)::int AS matters,
    count(*) FILTER (WHERE f.basis IN ('must', 'sampled', 'topped_up'))::int AS asked,
    count(*) FILTER (WHERE f.basis = 'nobody')::int AS nobody,
    count(*) FILTER (WHERE f.basis = 'unreachable')::int AS unreachable,
    count(*) FILTER (WHERE f.basis = 'left_out')::int AS left_out,
    count(*) FILTER (WHERE f.basis = 'withdrawn')::int AS withdrawn,
    count(*) FILTER (WHERE f.state = 'open')::int AS open,
    count(*) FILTER (WHERE f.state = 'answered')::int AS answered,
    count(*) FILTER (WHERE f.state = 'expired')::int AS expired,
    count(*) FILTER (WHERE f.state = 'answered' AND NOT f.counts)::int AS not_counted,
    count(*) FILTER (WHERE f.state = 'answered' AND f.counts)::int AS judged,
    count(*) FILTER (WHERE f.counts AND f.solved = 'yes')::int AS yes,
    count(*) FILTER (WHERE f.counts AND f.solved = 'partly')::int AS partly,
    count(*) FILTER (WHERE f.counts AND f.solved = 'no')::int AS no,
    count(*) FILTER (WHERE f.state = 'answered' AND f.counts AND f.satisfaction <> 'unrated')::int AS rated,
    count(*) FILTER (WHERE f.counts AND f.satisfaction = 'satisfied')::int AS satisfied,
    count(*) FILTER (WHERE f.counts AND f.satisfaction = 'mostly_satisfied')::int AS mostly_satisfied,
    count(*) FILTER (WHERE f.counts AND f.satisfaction = 'dissatisfied')::int AS dissatisfied,
    count(*) FILTER (WHERE f.attempts > 0 OR a.channel = 'desk')::int AS called,
    count(*) FILTER (WHERE a.channel = 'desk' OR (f.attempts > 0 AND EXISTS (
        SELECT FROM attempts t WHERE t.follow_up_id = f.id AND t.reached)))::int AS reached,
    sum(f.attempts)::int AS attempts,
    count(o.follow_up_id)::int AS objections,
    round((percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM greatest(a.at - f.due_at, '0'))) / 3600)::numeric,
        1)::float AS hours_to_answer
FROM follow_ups f LEFT JOIN answers a ON a.id = f.answer_id LEFT JOIN objections o ON o.follow_up_id = f.id
WHERE f.month BETWEEN %(since)s AND %(until)s
GROUP BY 1, 2 HAVING %(of)s::text IS NULL OR
    CASE %(by)s WHEN 'unit' THEN min(f.unit) WHEN 'category' THEN min(f.category) ELSE '' END = %(of)s
ORDER BY 1, 2

-- name: texts
-- What reporters have written or said, in a month, of a unit or a category; the newest first.
SELECT f.text FROM follow_ups f WHERE f.month = %(month)s AND f.text IS NOT NULL
    AND (%(unit)s::text IS NULL OR f.unit = %(unit)s) AND (%(category)s::text IS NULL OR f.category = %(category)s)
ORDER BY f.ended_at DESC LIMIT %(limit)s

-- name: town_month
-- The month that runs, by the town's clock.
SELECT to_char(clock_timestamp() AT TIME ZONE coalesce(
    (SELECT calendar->>'time_zone' FROM calendars ORDER BY id DESC LIMIT 1), 'UTC'), 'YYYY-MM')
