-- name: services_on_list
-- What the town offers, in the order of its list.
SELECT item FROM services WHERE active ORDER BY position

-- name: active_service
-- One item that can be ordered.
SELECT item FROM services WHERE code = %(code)s AND active

-- name: matter_of_service_order
-- What rights to a service order are held against: its work order of the latest round, who has it and reported it, the areas
-- around it, the platform of its category. By the order's id, or the number of its case.
SELECT o.id::text, o.member_id, c.source, ARRAY(SELECT areas_around(c.grid_id)), k.platform
FROM service_orders s JOIN cases c ON c.id = s.case_id JOIN orders o ON o.case_id = c.id
LEFT JOIN categories k ON k.code = c.category
WHERE o.id::text = %(key)s OR c.number = %(key)s ORDER BY o.round DESC LIMIT 1

-- name: service_orders
-- Service orders, green channels first, then the soonest: in one state or in any, of one item or of all, as far as the
-- rights of the reader reach; for a source what it has ordered.
SELECT o.id::text AS order_id, c.number, o.round, o.state, o.version, o.member_id, s.item_code AS item,
       c.service->>'name_zh' AS name_zh, c.service->>'name_en' AS name_en, s.lane, c.title, c.place_text, c.grid_id,
       s.ordered_at, o.due_at, c.service->>'place' AS place, c.service->'slot'->>0 AS starts_at,
       c.service->'slot'->>1 AS ends_at, s.visits, s.said_visits, s.solved
FROM service_orders s JOIN cases c ON c.id = s.case_id
JOIN LATERAL (SELECT * FROM orders WHERE case_id = c.id ORDER BY round DESC LIMIT 1) AS o ON true
WHERE (%(state)s::text IS NULL OR o.state = %(state)s) AND (%(item)s::text IS NULL OR s.item_code = %(item)s)
  AND (%(everything)s OR o.member_id = %(name)s OR o.checker_id = %(name)s OR c.source = %(source)s
       OR (%(area)s::text IS NOT NULL AND c.grid_id IN (SELECT areas_within(%(area)s)))
       OR (%(platform)s::text IS NOT NULL
           AND c.category IN (SELECT code FROM categories WHERE platform = %(platform)s)))
ORDER BY s.lane, coalesce((c.service->'slot'->>0)::timestamptz, o.due_at), o.id LIMIT %(limit)s

-- name: service_figures
-- How service orders of these months went, by month (of the order, by the town's clock) and item. Done is what was checked;
-- withdrawn ones are left out. How often a resident had to come is what the resident says, or else what was counted.
WITH zone AS (
    SELECT coalesce((SELECT calendar->>'time_zone' FROM calendars ORDER BY id DESC LIMIT 1), 'UTC') AS name
), went AS (
    SELECT to_char(s.ordered_at AT TIME ZONE zone.name, 'YYYY-MM') AS month, s.item_code, s.lane, s.solved,
           coalesce(s.said_visits, s.visits) AS visits, o.state IN ('verified', 'closed') AS done, o.late
    FROM service_orders s CROSS JOIN zone
    JOIN LATERAL (SELECT (array_agg(state ORDER BY round DESC))[1] AS state, bool_or(late) AS late
                  FROM orders WHERE case_id = s.case_id) AS o ON o.state IS NOT NULL AND o.state <> 'withdrawn'
    WHERE s.ordered_at >= (%(since)s || '-01')::date::timestamp AT TIME ZONE zone.name
      AND s.ordered_at < ((%(until)s || '-01')::date + interval '1 month') AT TIME ZONE zone.name
)
SELECT w.month, w.item_code AS item, v.item->>'name_zh' AS name_zh, v.item->>'name_en' AS name_en,
       (v.item->>'visits')::integer AS expected, count(*) AS ordered, count(*) FILTER (WHERE lane = 'green') AS green,
       count(*) FILTER (WHERE done) AS done, count(*) FILTER (WHERE done AND visits <= 1) AS at_most_once,
       count(*) FILTER (WHERE done AND NOT late) AS on_time, count(*) FILTER (WHERE solved IS NOT NULL) AS confirmed,
       count(*) FILTER (WHERE solved = 'yes') AS solved, coalesce(sum(visits) FILTER (WHERE done), 0) AS visits
FROM went w LEFT JOIN services v ON v.code = w.item_code GROUP BY 1, 2, 3, 4, 5 ORDER BY 1 DESC, 2

-- name: count_service_orders
-- Open service orders, by lane; and how many of them could have an appointment and have none.
SELECT s.lane, count(*), count(*) FILTER (WHERE c.service->>'slot' IS NULL AND jsonb_array_length(v.item->'slots') > 0)
FROM orders o JOIN service_orders s USING (case_id) JOIN cases c ON c.id = s.case_id JOIN services v ON v.code = s.item_code
WHERE o.state IN ('dispatched', 'in_progress', 'suspended') GROUP BY 1

-- name: visits_of_order
-- When a resident had to come, and why.
SELECT at, who, reason FROM visits WHERE case_id = (SELECT case_id FROM orders WHERE id = %(id)s) ORDER BY id
