-- How often grids and categories have changed: asked for every batch, so it must not cost more with every grid.
CREATE TABLE reference_changes (
    what    text PRIMARY KEY,
    changes bigint NOT NULL DEFAULT 0
);
INSERT INTO reference_changes (what) VALUES ('grids'), ('categories');
