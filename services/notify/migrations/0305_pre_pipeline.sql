-- What the pipeline knows of a notification, and whether a case has come to an end.

ALTER TABLE notifications
    ADD COLUMN part       text NOT NULL DEFAULT '',   -- the route because of which it goes out beside another
    ADD COLUMN route      text,                       -- by which it went last
    ADD COLUMN ear        text,                       -- who hears it: the receiver, or group:<way of the unit's chat>
    ADD COLUMN group_key  text NOT NULL DEFAULT '',   -- of one ear, what has the same goes together
    ADD COLUMN gathered   boolean NOT NULL DEFAULT false,  -- it was held, and goes with whatever else was held
    ADD COLUMN words_key  text,                       -- the same for the same words about the same case
    ADD COLUMN why        text NOT NULL DEFAULT '',   -- a word for figures; `reason` is for people
    ADD COLUMN silence_id uuid,                       -- that keeps it back
    ADD COLUMN expires_at timestamptz,                -- not said from then on
    ADD COLUMN sent_in    text,                       -- key of the delivery that says it
    ADD COLUMN settled_at timestamptz;
CREATE INDEX notifications_urgent ON notifications (due) WHERE due IS NOT NULL AND level IN ('P1', 'P2');
CREATE INDEX notifications_said ON notifications (ear, event_id) WHERE state = 'sent';
CREATE INDEX notifications_worded ON notifications (ear, words_key, settled_at) WHERE state = 'sent';
CREATE INDEX notifications_heard ON notifications (ear, group_key, settled_at) WHERE state = 'sent';
CREATE INDEX notifications_held ON notifications (ear, group_key, due) WHERE state = 'held';
CREATE INDEX notifications_silenced ON notifications (silence_id) WHERE due IS NOT NULL;
CREATE INDEX notifications_settled ON notifications (settled_at) WHERE settled_at IS NOT NULL;

ALTER TABLE cases                             -- it has ended: `ended` > `opened`, in a round that is the last
    ADD COLUMN opened      bigint NOT NULL DEFAULT 0,   -- intake's count when it was registered last
    ADD COLUMN ended       bigint NOT NULL DEFAULT 0,   -- … when it was closed, cancelled or rejected last
    ADD COLUMN merged      bigint NOT NULL DEFAULT 0,   -- … when it was merged last
    ADD COLUMN round       integer NOT NULL DEFAULT 1,
    ADD COLUMN ended_round integer NOT NULL DEFAULT 0;
