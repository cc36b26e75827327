-- Sources that an administrator has added: the town's folder does not name them, provisioning keeps them all the same.
ALTER TABLE sources ADD COLUMN by_hand boolean NOT NULL DEFAULT false;
