-- What the product writes for one report up to the member's notice, in three statements: one round trip and one commit
-- each. What a step has done already is left alone, so that a redelivery does nothing twice.

-- name: register
WITH new AS (
    INSERT INTO intake.reports (id, source, external_id, case_id, reported_at, received_at, original)
    VALUES (%(report_id)s::uuid, %(source)s::text, %(external_id)s::text, %(case_id)s::uuid, now(), now(), %(original)s::text)
    ON CONFLICT DO NOTHING RETURNING id
), a_case AS (
    INSERT INTO intake.cases (id, number, state, level, kind, category, title, description, place_text, lon, lat, grid_id,
        media, source, external_id, anonymous, reported_at, registered_at, updated_at, said)
    SELECT %(case_id)s::uuid, %(number)s::text, 'accepted', %(level)s::text, %(kind)s::text, %(category)s::text,
        %(title)s::text, %(description)s::text, %(place_text)s::text, %(lon)s::float8, %(lat)s::float8, %(grid_id)s::text,
        '[]', %(source)s::text, %(external_id)s::text, false, now(), now(), now(), 2 FROM new
), history AS (
    INSERT INTO intake.case_history (case_id, at, round, from_state, to_state, cause, who, note)
    SELECT %(case_id)s::uuid, now(), 1, h.from_state, h.to_state, h.cause, h.who, ''
    FROM new, (VALUES (NULL, 'submitted', 'report', %(source)s::text), ('submitted', 'accepted', 'rule', 'rule'))
        AS h(from_state, to_state, cause, who)
), correspondence AS (
    INSERT INTO intake.correspondence (source, external_id, said)
    SELECT %(source)s::text, %(external_id)s::text, 1 FROM new
), feedback AS (
    INSERT INTO intake.feedback (id, source, external_id, number, kind, case_id, body, said_at)
    SELECT %(feedback_id)s::uuid, %(source)s::text, %(external_id)s::text, 1, 'report_received', %(case_id)s::uuid,
        %(feedback)s::text::json, now() FROM new
)
INSERT INTO intake.outbox (id, exchange, routing_key, body)
SELECT o.id, 'messages', o.routing_key, o.body
FROM new, (VALUES (%(registered_id)s::uuid, %(registered_key)s::text, %(registered)s::text),
                  (%(due_id)s::uuid, %(due_key)s::text, %(due)s::text)) AS o(id, routing_key, body)

-- name: assign
WITH new AS (
    INSERT INTO dispatch.inbox (handler, source, event_id, said_on)
    VALUES ('dispatch.cases', %(intake)s::text, %(registered_id)s::text, %(said_on)s::text::date)
    ON CONFLICT DO NOTHING RETURNING event_id
), a_case AS (
    INSERT INTO dispatch.cases (id, number, level, kind, category, title, place_text, grid_id, said)
    SELECT %(case_id)s::uuid, %(number)s::text, %(level)s::text, %(kind)s::text, %(category)s::text, %(title)s::text,
        %(place_text)s::text, %(grid_id)s::text, 1 FROM new
), work_order AS (
    INSERT INTO dispatch.orders (id, case_id, round, state, version, member_id, unit, started_at, ack_due_at, due_at,
        supervision, limits, ladder, next_step_at, returned_by, late_ack, late)
    SELECT %(order_id)s::uuid, %(case_id)s::uuid, 1, 'dispatched', 1, %(member_id)s::text, %(grid_id)s::text, now(),
        now() + interval '1 hour', now() + interval '1 day', 'none', %(limits)s::text::json, %(ladder)s::text::json,
        now() + interval '48 minutes', '[]', false, false FROM new
), assignment AS (
    INSERT INTO dispatch.assignments (order_id, role, member_id, unit, why, since)
    SELECT %(order_id)s::uuid, 'handler', %(member_id)s::text, %(grid_id)s::text, %(why)s::text, now() FROM new
), order_journal AS (
    INSERT INTO dispatch.order_journal (order_id, case_id, at, version, what, to_state, who, note, evidence)
    SELECT %(order_id)s::uuid, %(case_id)s::uuid, now(), 1, 'assigned', 'dispatched', 'rule', %(why)s::text, '[]' FROM new
), dispatch_outbox AS (
    INSERT INTO dispatch.outbox (id, exchange, routing_key, body)
    SELECT %(assigned_id)s::uuid, 'messages', %(assigned_key)s::text, %(assigned)s::text FROM new
), callback_case AS (
    INSERT INTO callback.cases (id, number, kind, level, anonymous, asks_reporter)
    SELECT %(case_id)s::uuid, %(number)s::text, %(kind)s::text, %(level)s::text, false, true FROM new
), intake_inbox AS (
    INSERT INTO intake.inbox (handler, source, event_id, said_on)
    SELECT 'intake.progress', %(dispatch)s::text, %(assigned_id)s::text, %(said_on)s::text::date FROM new
), moved AS (
    UPDATE intake.cases SET state = 'dispatched', heard_dispatch = 1, said = 3, updated_at = now()
    FROM new WHERE cases.id = %(case_id)s::uuid
), history AS (
    INSERT INTO intake.case_history (case_id, at, round, from_state, to_state, cause, who, note)
    SELECT %(case_id)s::uuid, now(), 1, 'accepted', 'dispatched', 'dispatch.work_assigned.v1', %(member_id)s::text, ''
    FROM new
), correspondence AS (
    UPDATE intake.correspondence SET said = 2
    FROM new WHERE correspondence.source = %(source)s::text AND external_id = %(external_id)s::text
), feedback AS (
    INSERT INTO intake.feedback (id, source, external_id, number, kind, case_id, body, said_at)
    SELECT %(feedback_id)s::uuid, %(source)s::text, %(external_id)s::text, 2, 'case_updated', %(case_id)s::uuid,
        %(feedback)s::text::json, now() FROM new
), intake_outbox AS (
    INSERT INTO intake.outbox (id, exchange, routing_key, body)
    SELECT %(due_id)s::uuid, 'messages', %(due_key)s::text, %(due)s::text FROM new
)
INSERT INTO dispatch.in_hand AS h (member_id, handling, checking) SELECT %(member_id)s::text, 1, 0 FROM new
ON CONFLICT (member_id) DO UPDATE SET handling = h.handling + 1

-- name: notify
-- Gives back the notice as it goes to the member, with its number; the same one for a redelivery.
WITH new AS (
    INSERT INTO notify.inbox (handler, source, event_id, said_on)
    VALUES ('notify.work', %(dispatch)s::text, %(assigned_id)s::text, %(said_on)s::text::date)
    ON CONFLICT DO NOTHING RETURNING event_id
), feedback_inbox AS (
    INSERT INTO notify.inbox (handler, source, event_id, said_on)
    SELECT 'notify.feedback', %(intake)s::text, f.event_id, %(said_on)s::text::date
    FROM new, json_to_recordset(%(feedback)s::text::json) AS f(event_id text)
), transitions_inbox AS (
    INSERT INTO notify.inbox (handler, source, event_id, said_on)
    SELECT 'notify.transitions', h.source, h.event_id, %(said_on)s::text::date
    FROM new, (VALUES (%(intake)s::text, %(registered_id)s::text), (%(dispatch)s::text, %(assigned_id)s::text))
        AS h(source, event_id)
), known_case AS (
    INSERT INTO notify.cases (number, described, level, kind, category, grid_id, sources)
    SELECT %(number)s::text, 1, %(level)s::text, %(kind)s::text, %(category)s::text, %(grid_id)s::text,
        json_build_array(%(source)s::text) FROM new
), counted AS (
    INSERT INTO notify.counters AS c (member_id, said) SELECT %(member_id)s::text, 1 FROM new
    ON CONFLICT (member_id) DO UPDATE SET said = c.said + 1 RETURNING said
), told AS (
    SELECT said, replace(%(notice)s::text, '"notice_number":0', '"notice_number":' || said) AS body FROM counted
), notice AS (
    INSERT INTO notify.notices (id, member_id, notice_number, kind, body, event_id, created_at)
    SELECT %(notice_id)s::uuid, %(member_id)s::text, said, 'work_assigned', body::json -> 'data', %(assigned_id)s::text, now()
    FROM told
), feedback AS (
    INSERT INTO notify.feedback (id, source, thread, number, kind, body, heard_at)
    SELECT f.id, %(source)s::text, %(external_id)s::text, f.number, f.kind, f.body, now()
    FROM new, json_to_recordset(%(feedback)s::text::json) AS f(id uuid, number integer, kind text, body json)
), delivery AS (
    INSERT INTO notify.deliveries (id, channel, item_id, outcome, created_at)
    SELECT %(delivery_id)s::uuid, 'member_queue', %(notice_id)s::uuid, 'sending', now() FROM new
    UNION ALL SELECT f.delivery_id, 'feedback_queue', f.id, 'sending', now()
    FROM new, json_to_recordset(%(feedback)s::text::json) AS f(delivery_id uuid, id uuid)
), outbox AS (
    INSERT INTO notify.outbox (id, exchange, routing_key, body)
    SELECT %(delivery_id)s::uuid, 'members', %(member_id)s::text, body FROM told
    UNION ALL SELECT f.delivery_id, 'feedback', %(source)s::text, f.said
    FROM new, json_to_recordset(%(feedback)s::text::json) AS f(delivery_id uuid, said text)
), journal AS (
    INSERT INTO board.journal (source, event_id, type, subject, case_id, sequence, said_at, heard_at, data)
    SELECT j.source, j.id, j.type, j.subject, %(case_id)s::uuid, j.sequence, j.time, now(), j.data
    FROM new, json_to_recordset(%(events)s::text::json) AS j(source text, id text, type text, subject text,
        sequence integer, "time" timestamptz, data json)
), board_case AS (
    INSERT INTO board.cases AS c (id, number, source, level, grid_id, intake_seq, intake_state, dispatch_seq,
        dispatch_state, dispatch_round, callback_seq)
    SELECT %(case_id)s::uuid, %(number)s::text, %(source)s::text, %(level)s::text, %(grid_id)s::text, 1, 'accepted', 1,
        'dispatched', 1, 0 FROM new
    ON CONFLICT (id) DO UPDATE SET dispatch_seq = excluded.dispatch_seq, dispatch_state = excluded.dispatch_state
)
SELECT body FROM told
UNION ALL SELECT body FROM notify.outbox WHERE id = %(delivery_id)s::uuid AND said_on >= current_date - 1
