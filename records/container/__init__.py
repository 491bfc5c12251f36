"""The record container, version 1 (docs/spec/container.md): R = (Kc, S, D) of whitepaper section 4. Knows no Django.

Writing: :func:`new_header`, :func:`seal`, :func:`seal_key`, :func:`seal_envelope`. Reading: :class:`RecordReader`,
:func:`open_to_path`, :func:`read_metadata`. The address of the result: :func:`add_tree`.
"""

from keymgmt.keys.messages import Envelope, RecordStatement
from records.container.content_address import InvalidCid, add_tree, cid_from_text, cid_to_text
from records.container.errors import (
    ContainerDamaged,
    ContainerError,
    ContainerTooLong,
    InvalidHeader,
    InvalidPreamble,
    SealedBoxUnopenable,
    WrongRecord,
    WrongRecordKey,
)
from records.container.files import atomic_file, open_to_path, sync_directory
from records.container.header import HEADER_SIZE, Header, Layer, new_header, parse_header
from records.container.preamble import Preamble, RecordType, parse_preamble, require_safe_name, shortened_name
from records.container.provenance import Provenance, open_provenance, seal_provenance
from records.container.sealed_box import (
    hash_of,
    open_envelope,
    open_key,
    open_reencrypted_envelope,
    open_reencrypted_key,
    parse_sealed_box,
    seal_envelope,
    seal_key,
)
from records.container.sources import ExactReader, Readable, Source
from records.container.stream import (
    FIRST_CHUNK_END,
    Progress,
    RecordReader,
    body_size,
    read_metadata,
    seal,
    sealed_size,
)

__all__ = [
    "FIRST_CHUNK_END",
    "HEADER_SIZE",
    "ContainerDamaged",
    "ContainerError",
    "ContainerTooLong",
    "Envelope",
    "ExactReader",
    "Header",
    "InvalidCid",
    "InvalidHeader",
    "InvalidPreamble",
    "Layer",
    "Preamble",
    "Progress",
    "Provenance",
    "Readable",
    "RecordReader",
    "RecordStatement",
    "RecordType",
    "SealedBoxUnopenable",
    "Source",
    "WrongRecord",
    "WrongRecordKey",
    "add_tree",
    "atomic_file",
    "body_size",
    "cid_from_text",
    "cid_to_text",
    "hash_of",
    "new_header",
    "open_envelope",
    "open_key",
    "open_provenance",
    "open_reencrypted_envelope",
    "open_reencrypted_key",
    "open_to_path",
    "parse_header",
    "parse_preamble",
    "parse_sealed_box",
    "read_metadata",
    "require_safe_name",
    "seal",
    "seal_envelope",
    "seal_key",
    "seal_provenance",
    "sealed_size",
    "shortened_name",
    "sync_directory",
]
