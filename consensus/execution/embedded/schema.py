"""The chain database's tables.

Blocks of every branch are kept; ``canonical`` alone says which of them the chain now consists of. Trie nodes and
contract code are addressed by their Keccak-256, so branches share what they have in common.
"""

APPLICATION_ID = 0x6D786368  # "mxch", SQLite's application_id: tells this file from any other SQLite file
SCHEMA_VERSION = 1

TABLES = """
CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE node (
    hash BLOB PRIMARY KEY,
    value BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE block (
    id INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    number INTEGER NOT NULL,
    header BLOB NOT NULL,
    transactions BLOB NOT NULL
);

CREATE TABLE canonical (
    number INTEGER PRIMARY KEY,
    block INTEGER NOT NULL UNIQUE REFERENCES block (id)
);

CREATE TABLE receipt (
    block INTEGER NOT NULL REFERENCES block (id),
    position INTEGER NOT NULL,
    transaction_hash BLOB NOT NULL,
    sender BLOB NOT NULL,
    status INTEGER NOT NULL,
    gas_used INTEGER NOT NULL,
    cumulative_gas_used INTEGER NOT NULL,
    contract BLOB,
    bloom BLOB NOT NULL,
    PRIMARY KEY (block, position)
) WITHOUT ROWID;
CREATE INDEX receipt_by_transaction ON receipt (transaction_hash);

CREATE TABLE log (
    block INTEGER NOT NULL REFERENCES block (id),
    log_index INTEGER NOT NULL,
    number INTEGER NOT NULL,
    position INTEGER NOT NULL,
    address BLOB NOT NULL,
    topic0 BLOB,
    topic1 BLOB,
    topic2 BLOB,
    topic3 BLOB,
    data BLOB NOT NULL,
    PRIMARY KEY (block, log_index)
) WITHOUT ROWID;
CREATE INDEX log_by_number ON log (number);
CREATE INDEX log_by_address ON log (address, number);
CREATE INDEX log_by_topic ON log (topic0, number);
"""
