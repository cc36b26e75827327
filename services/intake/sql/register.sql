-- name: put_households
-- Households of the register; one that is known is replaced.
INSERT INTO households (id, household, place_index, sealed, imported_at)
SELECT id, household, place_index, sealed, imported_at FROM json_to_recordset(%(rows)s)
    AS h(id uuid, household text, place_index text, sealed text, imported_at timestamptz)
ORDER BY household
ON CONFLICT (household) DO UPDATE SET place_index = excluded.place_index, sealed = excluded.sealed,
    imported_at = excluded.imported_at, id = excluded.id

-- name: put_residents
-- The numbers by which households are found; added after their households.
INSERT INTO residents (household_id, phone_index)
SELECT household_id, phone_index FROM json_to_recordset(%(rows)s) AS r(household_id uuid, phone_index text)
ON CONFLICT DO NOTHING

-- name: forget_residents
-- Numbers of households that are about to be replaced.
DELETE FROM residents USING households h WHERE h.id = household_id AND h.household = ANY(%(households)s)

-- name: households_by_phone
-- The households of the people with this number.
SELECT h.id::text, h.household, h.sealed FROM households h JOIN residents r ON r.household_id = h.id
WHERE r.phone_index = ANY(%(indexes)s) ORDER BY h.household LIMIT %(limit)s

-- name: households_by_place
-- The households at an address.
SELECT id::text, household, sealed FROM households WHERE place_index = ANY(%(indexes)s) ORDER BY household LIMIT %(limit)s

-- name: place_of_case
-- State and place of a case at hand.
SELECT id::text, state, place_text FROM cases WHERE number = %(number)s

-- name: households_of_others
-- Households that a key of the ring other than the current one has sealed; those at work elsewhere left out.
SELECT id::text, sealed FROM households WHERE sealed NOT LIKE %(current)s
ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED

-- name: put_sealed_households
-- Households, sealed anew.
UPDATE households SET sealed = r.sealed FROM json_to_recordset(%(rows)s) AS r(id uuid, sealed text) WHERE households.id = r.id
