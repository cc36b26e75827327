-- What has happened to cases, for whoever wants to hear it: copies of what is needed to know whom it concerns.

ALTER TABLE members ADD COLUMN role text, ADD COLUMN grid_id text, ADD COLUMN chats json NOT NULL DEFAULT '{}';

CREATE TABLE areas (                      -- a copy: dispatch owns the areas; a tree
    grid_id   text PRIMARY KEY,
    version   bigint NOT NULL,
    parent_id text,
    name      text NOT NULL,
    level     text NOT NULL
);

CREATE TABLE cases (                      -- of each case, what decides who hears of it
    number      text PRIMARY KEY,
    described   bigint NOT NULL,          -- intake's count when it was described last
    level       text NOT NULL,
    kind        text NOT NULL,
    category    text NOT NULL,
    grid_id     text,                     -- none: outside of every grid
    sources     json NOT NULL,            -- that have reported it, those of merged cases too
    merged_into text
) WITH (fillfactor = 85);

CREATE TABLE notifications (              -- one thing that somebody is to hear beside their own queue, and what became of it
    id            uuid PRIMARY KEY,
    key           text NOT NULL UNIQUE,   -- the same for the same thing and receiver: said once
    receiver      text NOT NULL,          -- a member
    kind          text NOT NULL,          -- of the notice, or the transition: it names the template
    event_id      text NOT NULL,          -- the message that it is about
    number        text,                   -- of the case
    level         text,
    category      text,
    notice_number bigint,                 -- of the member's notice, where it is one
    facts         json NOT NULL,          -- of the message, for the words
    created_at    timestamptz NOT NULL,
    due           timestamptz,            -- when it is looked at; null: settled
    state         text NOT NULL DEFAULT 'new',
    reason        text NOT NULL DEFAULT ''
) WITH (fillfactor = 70);
CREATE INDEX notifications_due ON notifications (due) WHERE due IS NOT NULL;
CREATE INDEX notifications_by_case ON notifications (number, id);
CREATE INDEX notifications_by_receiver ON notifications (receiver, id);
