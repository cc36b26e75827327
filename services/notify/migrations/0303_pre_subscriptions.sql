-- Who wants to hear what happens to cases, beside those who are told anyway.

CREATE TABLE subscriptions (
    id            uuid PRIMARY KEY,
    receiver_kind text NOT NULL CHECK (receiver_kind IN ('member', 'role', 'system')),
    receiver      text NOT NULL,          -- a member's id, a role, the name of an outside system
    within        text,                   -- of a role: those in this area and below; none: in the whole town
    transitions   json NOT NULL,          -- of each list: none in it, all
    area          text,                   -- and what lies below; none: the whole town
    categories    json NOT NULL,          -- codes, or how they begin
    levels        json NOT NULL,
    sources       json NOT NULL,
    kinds         json NOT NULL,
    queue         boolean NOT NULL,       -- of a system: said on the exchange `feed`
    webhook       text,                   -- of a system: the account of a webhook
    reason        text NOT NULL,
    made_by       text NOT NULL,
    made_at       timestamptz NOT NULL,
    expires_at    timestamptz,
    ended_at      timestamptz,
    ended_by      text,
    ended_reason  text
);
CREATE INDEX subscriptions_by_receiver ON subscriptions (receiver_kind, receiver, id);

CREATE TABLE subscription_versions (      -- one row, counting what has changed: every process keeps what it has read
    version bigint NOT NULL
);
INSERT INTO subscription_versions VALUES (0);

-- What somebody is told anyway comes before what they have subscribed to.
ALTER TABLE notifications ADD COLUMN source text NOT NULL DEFAULT 'notice' CHECK (source IN ('notice', 'subscription'));
CREATE INDEX notifications_by_event ON notifications (event_id, receiver);
CREATE INDEX members_by_post ON members (grid_id, role) WHERE active;
