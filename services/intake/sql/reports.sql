-- name: add_reports
-- New reports; those whose (source, external id) is known already are left out.
INSERT INTO reports (id, source, external_id, case_id, reported_at, received_at, original, person_id, extra, grouped)
SELECT id, source, external_id, case_id, reported_at, received_at, original, person_id, extra, grouped
FROM json_to_recordset(%(rows)s) AS r(id uuid, source text, external_id text, case_id uuid, reported_at timestamptz,
    received_at timestamptz, original text, person_id uuid, extra jsonb, grouped boolean)
ORDER BY source, external_id
ON CONFLICT (source, external_id) DO NOTHING
RETURNING id::text

-- name: repeated_reports
-- Reports that came again: counted, with their case and what the source was told first.
UPDATE reports SET repeated = repeated + 1
FROM json_to_recordset(%(rows)s) AS r(source text, external_id text), cases, feedback
WHERE reports.source = r.source AND reports.external_id = r.external_id AND cases.id = reports.case_id
  AND feedback.source = r.source AND feedback.external_id = r.external_id AND feedback.kind = 'report_received'
RETURNING reports.source, reports.external_id, feedback.kind, cases.number, cases.state, cases.level,
          feedback.id::text AS feedback_id, feedback.number AS feedback_number, feedback.body

-- name: reports_of_case
-- The reports that a case has, without anything personal.
SELECT source, external_id, reported_at, received_at, repeated FROM reports WHERE case_id = %(id)s ORDER BY received_at
