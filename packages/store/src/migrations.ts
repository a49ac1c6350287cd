/**
 * The SQL that leads from one schema version to the next: the first entry makes version 1 of an empty database. Entries
 * are only ever added, each run in a transaction of its own. `schema.ts` describes the result.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE target_states (
    source TEXT NOT NULL PRIMARY KEY CHECK (source IN ('local', 'cloud')),
    document TEXT NOT NULL
  ) STRICT;

  CREATE TABLE rejected_target_states (
    source TEXT NOT NULL PRIMARY KEY CHECK (source IN ('local', 'cloud')),
    document TEXT NOT NULL,
    reason TEXT NOT NULL
  ) STRICT;

  CREATE TABLE image_records (
    reference TEXT NOT NULL,
    app_id INTEGER NOT NULL,
    service_name TEXT NOT NULL,
    app_uuid TEXT NOT NULL,
    service_id INTEGER NOT NULL,
    image_id INTEGER NOT NULL,
    release_id INTEGER NOT NULL,
    "commit" TEXT NOT NULL,
    PRIMARY KEY (reference, app_id, service_name)
  ) STRICT;

  CREATE TABLE api_keys (
    key TEXT NOT NULL PRIMARY KEY CHECK (length(key) = 64),
    app_id INTEGER NOT NULL,
    service_name TEXT NOT NULL,
    UNIQUE (app_id, service_name)
  ) STRICT;

  CREATE TABLE settings (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
  ) STRICT;
  `,
  // Keys that other supervisors have given to containers are shorter than ours.
  `
  CREATE TABLE api_keys_of_any_length (
    key TEXT NOT NULL PRIMARY KEY CHECK (length(key) >= 16),
    app_id INTEGER NOT NULL,
    service_name TEXT NOT NULL,
    UNIQUE (app_id, service_name)
  ) STRICT;
  INSERT INTO api_keys_of_any_length SELECT key, app_id, service_name FROM api_keys;
  DROP TABLE api_keys;
  ALTER TABLE api_keys_of_any_length RENAME TO api_keys;
  `,
  // A large target state is kept as bytes.
  `
  CREATE TABLE target_states_of_any_type (
    source TEXT NOT NULL PRIMARY KEY CHECK (source IN ('local', 'cloud')),
    document ANY NOT NULL
  ) STRICT;
  INSERT INTO target_states_of_any_type SELECT source, document FROM target_states;
  DROP TABLE target_states;
  ALTER TABLE target_states_of_any_type RENAME TO target_states;

  CREATE TABLE rejected_target_states_of_any_type (
    source TEXT NOT NULL PRIMARY KEY CHECK (source IN ('local', 'cloud')),
    document ANY NOT NULL,
    reason TEXT NOT NULL
  ) STRICT;
  INSERT INTO rejected_target_states_of_any_type SELECT source, document, reason FROM rejected_target_states;
  DROP TABLE rejected_target_states;
  ALTER TABLE rejected_target_states_of_any_type RENAME TO rejected_target_states;
  `,
];
