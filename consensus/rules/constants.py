"""Constants of the consensus rules, each with its unit, its source and the reason for its value."""

SEAL_VERSION = 1
"""First byte of every seal header; another value is another layout."""

SEAL_BYTES = 277
"""Length of a seal header, bytes. The nonce and SHA-256's padding fit one block, so a try costs one compression."""

SEAL_PREFIX_BYTES = 269
"""Length of the part of a seal header that stays the same during a search, bytes."""

NONCE_BITS_MAX = 64
"""Upper limit of r, bits: the nonce field is eight bytes (whitepaper 6.1; L1288 uses r' up to 64)."""

DIFFICULTY_MAX = 255
"""Upper limit of d, leading zero bits: it is a uint8 on chain and SHA-256 has 256 bits."""

HASH_BITS = 256
"""Output length of SHA-256, bits: n of the whitepaper's h."""

EPOCH_BLOCKS = 2
"""Blocks per parameter epoch. d is fixed within an epoch, so one engine step moves it at most once per two blocks."""

MAX_CLOCK_LEAD_MS = 2_000
"""How far a seal's time may lie ahead of the validator's clock, ms: tolerance for clock skew between partners."""

MIN_SPACING_S = 1
"""Least difference between a block's timestamp and its parent's, s: EVM time counts whole seconds and must increase."""

HEARTBEAT_MS = 10_000
"""An idle chain makes a block this long after its head, ms, so that nodes can tell "idle" from "cut off"."""

UNJUSTIFIED_CHILD_MS = 3_000
"""How long a proposer waits for the votes on an unjustified head before it builds a finalising child anyway, ms."""

EMPTY_RUN_MAX = 4
"""Empty blocks in a row that may hurry after an unfinal transaction while the head stays unjustified. Beyond them the
chain falls back to heartbeats: when more than a third of the voters are down, votes alone are no reason for blocks."""

MIN_VOTERS = 4
"""Fewest voters of a network: with n >= 4 one faulty voter can neither finalise alone nor stop finality."""

FAULT_DENOMINATOR = 3
"""Finality tolerates fewer than 1/3 faulty voters (Casper FFG, Buterin and Griffith 2017, theorem 1)."""

GAS_SHARE_DENOMINATOR = 2
"""A block may use at most gasLimit / 2: above half the base fee would rise from 0 and never return to it (EIP-1559)."""

HASH_POWER_BOUND = 0.33
"""Largest share of the total hash power one partner may hold (whitepaper eq 80, read as share of the total: K13)."""

MIN_PARTNERS = 5
"""Fewest partners among whom HASH_POWER_BOUND still holds after one of them stops: 1/4 <= 0.33 (promise K13)."""

SHARE_BITS = 6
"""q: a share is a seal header with at least d - q leading zero bits, so 2^q times more evidence of work than blocks."""

DOMAIN_NAME = "medixain-consensus"
"""EIP-712 domain name of everything miners, voters and peers sign for consensus."""

DOMAIN_VERSION = "1"
"""EIP-712 domain version of the same."""
