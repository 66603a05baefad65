package dev.aether.client;

/** Why a call failed. New values may be added: a switch over it needs a default. */
public enum Reason {
  /** The actor does not have the expected version: read, decide again, save. */
  VERSION_CONFLICT,
  /** The request is not valid; {@link InvalidRequestException} names the fields. */
  INVALID_REQUEST,
  /** The commit is too large and must be split. */
  COMMIT_TOO_LARGE,
  /** The snapshot is too large. */
  SNAPSHOT_TOO_LARGE,
  /**
   * The cursor is damaged, belongs to another pattern or is beyond the end of the log: start over.
   */
  CURSOR_UNKNOWN,
  /** The commits after the cursor have been trimmed. */
  CURSOR_EXPIRED,
  /** The requested events have been trimmed. */
  HISTORY_TRIMMED,
  /** A commit with the same id but different content is stored. */
  COMMIT_ID_REUSED,
  /** The snapshot's version is above the actor's latest version. */
  SNAPSHOT_AHEAD,
  /** A newer snapshot is stored. */
  SNAPSHOT_OUTDATED,
  /** The actor has no snapshot. */
  NO_SNAPSHOT,
  /** The namespace does not exist. */
  NAMESPACE_NOT_FOUND,
  /** The namespace already exists. */
  NAMESPACE_EXISTS,
  /** The server is at one of its limits; nothing was stored. Wait, then send the same request. */
  OVERLOADED,
  /** The store is full; nothing was stored. */
  STORE_FULL,
  /** The server cannot reach its store; nothing was stored. Send the same request again. */
  STORE_UNAVAILABLE,
  /** The save may or may not be stored: send the same request with the same commit id. */
  OUTCOME_UNKNOWN,
  /** The node is stopping; nothing was stored. Use another node. */
  SHUTTING_DOWN,
  /** A stored record cannot be decoded. */
  CORRUPT_RECORD,
  /** The caller is not authenticated. */
  UNAUTHENTICATED,
  /** The caller is not permitted to do this. */
  PERMISSION_DENIED,
  /** The server does not implement the call; nothing was changed. */
  UNIMPLEMENTED,
  /** Set by the client: no server can be reached, or the connection broke. */
  UNREACHABLE,
  /** Set by the client: the deadline of a call that stores nothing expired. */
  DEADLINE_EXCEEDED,
  /**
   * Set by the client: a thread was interrupted while it waited, or a subscription's listener threw
   * an exception.
   */
  CANCELLED,
  /** Set by the client: it was closed while the call was in progress. */
  CLIENT_CLOSED,
  /** A reason that this client does not know. See the message and the metadata. */
  UNKNOWN
}
