package dev.aether.client;

/** Why a call failed. May gain values: a switch over it needs a default. */
public enum Reason {
  /** The actor moved on: read, decide again, save. */
  VERSION_CONFLICT,
  /** The call must be mended; {@link InvalidRequestException} names the fields. */
  INVALID_REQUEST,
  /** The commit must be split. */
  COMMIT_TOO_LARGE,
  /** The snapshot is too large. */
  SNAPSHOT_TOO_LARGE,
  /** The cursor is damaged, another pattern's or beyond the log's end: start over. */
  CURSOR_UNKNOWN,
  /** What the cursor stands before was trimmed. */
  CURSOR_EXPIRED,
  /** What was asked for was trimmed. */
  HISTORY_TRIMMED,
  /** The commit id names a stored commit with other content. */
  COMMIT_ID_REUSED,
  /** The snapshot's version is above the actor's. */
  SNAPSHOT_AHEAD,
  /** A newer snapshot is stored. */
  SNAPSHOT_OUTDATED,
  /** The actor has no snapshot. */
  NO_SNAPSHOT,
  /** There is no such namespace. */
  NAMESPACE_NOT_FOUND,
  /** There is such a namespace already. */
  NAMESPACE_EXISTS,
  /** A bound of the server was reached; nothing was stored. Wait, then send the same call. */
  OVERLOADED,
  /** The store has no room; nothing was stored. */
  STORE_FULL,
  /** The server can't reach its store; nothing was stored. Send the same call. */
  STORE_UNAVAILABLE,
  /** The save may be stored, now or later: send the same call with the same commit id. */
  OUTCOME_UNKNOWN,
  /** The node is stopping; nothing was stored. Go to another node. */
  SHUTTING_DOWN,
  /** A stored record can't be decoded. */
  CORRUPT_RECORD,
  /** Who calls is not known. */
  UNAUTHENTICATED,
  /** Who calls may not do this. */
  PERMISSION_DENIED,
  /** The server knows the call and does not serve it yet; nothing was changed. */
  UNIMPLEMENTED,
  /** The client's finding: no server can be reached, or the connection broke. */
  UNREACHABLE,
  /** The client's finding: the deadline of a call that stores nothing passed. */
  DEADLINE_EXCEEDED,
  /**
   * The client's finding: a thread was interrupted in a read, or a subscription's listener threw.
   */
  CANCELLED,
  /** The client's finding: it was closed while the call was under way. */
  CLIENT_CLOSED,
  /** Not a reason of Aether's, or one newer than this client. See the message and the metadata. */
  UNKNOWN
}
