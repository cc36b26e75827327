-- name: lock_booking
-- Only one books, moves and cancels appointments at a time.
SELECT 1 FROM booking FOR UPDATE

-- name: service_items
-- These items of the list, those that it has no more left out, each with all areas in which its runners work.
SELECT item, ARRAY(SELECT DISTINCT areas_within(area) FROM jsonb_array_elements_text(item->'runners'->'areas') AS a(area)
                   ORDER BY 1) AS areas
FROM services WHERE code = ANY(%(codes)s) AND active

-- name: service_item
-- One item, on the list or on it no more.
SELECT item FROM services WHERE code = %(code)s

-- name: all_services
-- Every item that there is or was.
SELECT code, position, version, item, active FROM services

-- name: put_services
-- Items that are new or have changed.
INSERT INTO services (code, position, version, item, active)
SELECT code, position, version, item, active FROM json_to_recordset(%(rows)s)
    AS s(code text, position integer, version bigint, item jsonb, active boolean)
ON CONFLICT (code) DO UPDATE SET position = excluded.position, version = excluded.version, item = excluded.item,
    active = excluded.active

-- name: seats_taken
-- How many seats of these items are booked, from a moment on; read after the bookings were locked.
SELECT item_code, place, starts_at, green, count(*) FROM appointments
WHERE state = 'booked' AND item_code = ANY(%(codes)s) AND starts_at >= %(since)s GROUP BY 1, 2, 3, 4

-- name: kept_appointments
-- The appointments of members in this time: of the orders that they have in hand.
SELECT o.member_id, a.starts_at, a.ends_at FROM appointments a JOIN orders o USING (case_id)
WHERE a.state = 'booked' AND tstzrange(a.starts_at, a.ends_at) && tstzrange(%(since)s, %(until)s)
  AND o.state IN ('dispatched', 'in_progress', 'suspended')

-- name: add_service_orders
-- What was ordered; a case that is registered once more orders nothing new.
INSERT INTO service_orders (case_id, item_code, lane, ordered_at)
SELECT case_id, item_code, lane, ordered_at FROM json_to_recordset(%(rows)s)
    AS s(case_id uuid, item_code text, lane text, ordered_at timestamptz)
ON CONFLICT (case_id) DO NOTHING

-- name: end_appointments
-- Appointments that were moved or cancelled, or whose work was withdrawn.
UPDATE appointments SET state = e.state, ended_by = e.ended_by, ended_at = e.ended_at
FROM json_to_recordset(%(rows)s) AS e(case_id uuid, state text, ended_by text, ended_at timestamptz)
WHERE appointments.case_id = e.case_id AND appointments.state = 'booked'

-- name: add_appointments
-- New appointments.
INSERT INTO appointments (case_id, item_code, place, starts_at, ends_at, green, state, booked_by, booked_at)
SELECT case_id, item_code, place, starts_at, ends_at, green, 'booked', booked_by, booked_at
FROM json_to_recordset(%(rows)s) AS a(case_id uuid, item_code text, place text, starts_at timestamptz,
    ends_at timestamptz, green boolean, booked_by text, booked_at timestamptz)

-- name: put_service
-- What is kept with cases about what they order, after an appointment of theirs has changed.
UPDATE cases SET service = c.service FROM json_to_recordset(%(rows)s) AS c(id uuid, service jsonb) WHERE cases.id = c.id

-- name: add_visit
-- A resident had to come, unless this was said before; gives how often that was.
WITH added AS (
    INSERT INTO visits (case_id, command_id, at, who, reason)
    VALUES (%(case_id)s, %(command_id)s, %(at)s, %(who)s, %(reason)s)
    ON CONFLICT (case_id, command_id) DO NOTHING RETURNING case_id
), counted AS (
    UPDATE service_orders SET visits = visits + 1 FROM added WHERE service_orders.case_id = added.case_id
    RETURNING visits
)
SELECT coalesce((SELECT visits FROM counted), (SELECT visits FROM service_orders WHERE case_id = %(case_id)s))

-- name: confirm_service_orders
-- What residents say about their orders.
UPDATE service_orders SET solved = c.solved, said_visits = coalesce(c.visits, said_visits)
FROM json_to_recordset(%(rows)s) AS c(case_id uuid, solved text, visits integer) WHERE service_orders.case_id = c.case_id

-- name: service_members
-- Members who may run something.
SELECT member_id FROM members WHERE active

-- name: category_codes
-- Categories that intake has told of.
SELECT code FROM categories
