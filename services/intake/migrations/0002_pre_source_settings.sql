-- What a source needs beside its name and kind: maps of its own codes, lanes, limits (deploy/towns/format.md).
ALTER TABLE sources ADD COLUMN settings jsonb NOT NULL DEFAULT '{}';
