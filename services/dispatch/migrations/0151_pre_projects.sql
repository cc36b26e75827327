-- Projects (项目推进): what is to be reached (milestones) and what is in the way (obstacles), by whom and until when.

CREATE TABLE projects (
    project_id     text PRIMARY KEY,
    version        bigint NOT NULL,
    name           text NOT NULL,
    grid_id        text NOT NULL,            -- the area that it is about
    responsible_id text NOT NULL,            -- the member who answers for it
    note           text NOT NULL,            -- what that member has undertaken (一份责任书)
    cancelled_at   timestamptz
);

CREATE TABLE project_tasks (
    task_id      uuid PRIMARY KEY,
    number       bigint GENERATED ALWAYS AS IDENTITY,   -- tells tasks of the same date apart
    project_id   text NOT NULL REFERENCES projects,
    version      integer NOT NULL,
    kind         text NOT NULL CHECK (kind IN ('milestone', 'obstacle')),
    title        text NOT NULL,              -- of an obstacle: the problem
    weight       integer NOT NULL,           -- progress is worked out from these, and from nothing else
    owner_id     text NOT NULL,
    checker_id   text,                       -- who is asked to check it, while it is done
    starts_at    timestamptz NOT NULL,
    due_at       timestamptz NOT NULL,
    first_due_at timestamptz NOT NULL,       -- the date that it was given first
    state        text NOT NULL CHECK (state IN ('open', 'done', 'verified', 'cancelled')),
    supervision  text NOT NULL CHECK (supervision IN ('none', 'blue', 'yellow', 'red')),
    ladder       json,                       -- copied when it was entered, each step with its time; none: no rules were in
                                             -- force yet, and those that come first are copied
    quiet        json,                       -- hours, copied likewise
    next_step_at timestamptz,
    done_at      timestamptz,
    done_by      text,
    verified_at  timestamptz,
    verified_by  text,
    note         text NOT NULL,              -- what was done, by whoever did it
    evidence     jsonb NOT NULL,
    CHECK (starts_at < due_at),
    CHECK ((kind = 'milestone') = (weight > 0)),
    CHECK ((state IN ('done', 'verified')) = (done_at IS NOT NULL)),
    CHECK ((state = 'verified') = (verified_at IS NOT NULL)),
    CHECK (kind <> 'obstacle' OR state NOT IN ('done', 'verified') OR jsonb_array_length(evidence) > 0),
    CHECK (verified_by NOT IN (owner_id, done_by))
);
CREATE INDEX project_tasks_by_project ON project_tasks (project_id, due_at, number);
CREATE INDEX project_tasks_by_owner ON project_tasks (owner_id, due_at);
CREATE INDEX project_tasks_by_next_step ON project_tasks (next_step_at) WHERE next_step_at IS NOT NULL;

CREATE INDEX project_tasks_without_ladder ON project_tasks (task_id) WHERE ladder IS NULL AND state = 'open';

CREATE TABLE project_journal (               -- everything that happened to a project and its tasks
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at         timestamptz NOT NULL,
    project_id text NOT NULL,
    task_id    uuid,                         -- none: about the project itself
    version    bigint NOT NULL,              -- of the task, or of the project, after it
    what       text NOT NULL,
    who        text NOT NULL,
    why        text NOT NULL,                -- note or reason
    evidence   jsonb NOT NULL,
    facts      jsonb                         -- dates and people before, the step of the ladder
);
CREATE INDEX project_journal_by_project ON project_journal (project_id, id);
CREATE UNIQUE INDEX project_journal_by_task ON project_journal (task_id, version) WHERE task_id IS NOT NULL;
CREATE TRIGGER project_journal_is_append_only BEFORE UPDATE OR DELETE ON project_journal
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
