-- One morning after a holiday: so many reporters are to be asked, from now on.
INSERT INTO questions (version, questions) VALUES (%(version)s, %(questions)s) ON CONFLICT DO NOTHING;
INSERT INTO cases (id, number, kind, level, anonymous, asks_reporter, handlers)
SELECT md5('case ' || n)::uuid, 'm-' || n, 'complaint', CASE WHEN n %% 100 = 0 THEN 'P1' ELSE 'P3' END, false, true,
    ARRAY['m' || n %% 400, 'checker1']
FROM generate_series(1, %(many)s) AS n;
INSERT INTO follow_ups (id, case_id, round, state, why, planned_at, due_at, closes_at, attempts_wanted, dissatisfied_is_rework,
    unit, category, month, basis, questions_version, terms, call_rank)
SELECT md5('follow-up ' || n)::uuid, md5('case ' || n)::uuid, 1, 'open', 'x', now() - interval '8 day', now(),
    now() + interval '14 day', 3, true, 'g' || n %% 40, '0103', to_char(now(), 'YYYY-MM'), 'must', %(version)s, %(terms)s,
    CASE WHEN n %% 100 = 0 THEN 1 ELSE 3 END
FROM generate_series(1, %(many)s) AS n;
