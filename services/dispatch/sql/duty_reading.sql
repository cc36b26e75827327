-- name: shifts
-- Shifts that lie in a stretch of time, of one roster or member or of all; whether they are served in spite of leave is not said.
SELECT s.roster_id, r.roster->>'name' AS roster, s.member_id, s.starts_at, s.ends_at
FROM shifts s JOIN rosters r USING (roster_id)
WHERE s.starts_at < %(until)s AND s.ends_at > %(since)s AND s.starts_at > %(since)s::timestamptz - interval '32 days'
  AND (%(roster)s::text IS NULL OR s.roster_id = %(roster)s) AND (%(member)s::text IS NULL OR s.member_id = %(member)s)
ORDER BY s.starts_at, s.roster_id, s.member_id LIMIT %(limit)s

-- name: off_duty_now
-- Members who are not on duty at this moment, why, until when, and who stands in.
SELECT member_id, why, starts_at, nullif(ends_at, '9999-01-01T00:00:00Z') AS ends_at, delegate_id FROM off_duty
WHERE tstzrange(starts_at, ends_at) @> (SELECT clock_timestamp()) ORDER BY member_id

-- name: gaps
-- Times when too few will be there, that begin before a moment.
SELECT kind, what, starts_at, ends_at, needs, has FROM duty_gaps
WHERE starts_at < %(until)s AND ends_at > clock_timestamp() ORDER BY starts_at, kind, what LIMIT %(limit)s

-- name: shares
-- How the hours of each roster are shared, from 30 days ago to as far as it is planned; who has too much or too little.
SELECT roster_id, member_id, hours, mean, unfair FROM duty_shares ORDER BY roster_id, hours DESC, member_id

-- name: duty_changes_of
-- What was changed in a roster lately, the newest first.
SELECT together::text, kind, member_id, is_on, starts_at, ends_at, reason, who, at FROM duty_changes
WHERE roster_id = %(roster)s ORDER BY id DESC LIMIT %(limit)s

-- name: leaves
-- Leaves that are not long over, in one state or in any, of one member or of all, as far as the rights of the reader reach: to
-- its own, to members of its area, or to everybody.
SELECT leave_id::text, member_id, starts_at, ends_at, delegate_id, reason, state, asked_by, asked_at, decided_by, decided_why
FROM leaves WHERE ends_at > clock_timestamp() - interval '90 days'
  AND (%(state)s::text IS NULL OR state = %(state)s) AND (%(member)s::text IS NULL OR member_id = %(member)s)
  AND (%(everything)s OR member_id = %(name)s
       OR member_id IN (SELECT m.member_id FROM members m WHERE m.grid_id IN (SELECT areas_within(%(area)s))))
ORDER BY starts_at, leave_id LIMIT %(limit)s

-- name: member_of_leave
-- Whose leave it is.
SELECT member_id FROM leaves WHERE leave_id = %(id)s

-- name: count_off_duty
-- Members who would get work and are not on duty at this moment, by why.
SELECT o.why, count(*) FROM off_duty o JOIN members m USING (member_id)
WHERE m.active AND m.on_duty AND tstzrange(o.starts_at, o.ends_at) @> (SELECT clock_timestamp()) GROUP BY 1

-- name: count_gaps
-- By kind: gaps that begin within a week, and seconds until the next one begins.
SELECT kind, count(*) FILTER (WHERE starts_at < clock_timestamp() + interval '7 days'),
       greatest(extract(epoch FROM min(starts_at) - clock_timestamp()), 0)::float
FROM duty_gaps WHERE ends_at > clock_timestamp() GROUP BY 1

-- name: count_unfair
-- Members who have much more or less of a roster than the others, by roster.
SELECT roster_id, count(*) FILTER (WHERE unfair) FROM duty_shares GROUP BY 1

-- name: plan_age
-- Seconds since the plan of duty was made; none before the first.
SELECT extract(epoch FROM clock_timestamp() - planned_at)::float FROM duty_plan WHERE planned_at IS NOT NULL
