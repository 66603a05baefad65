package dev.aether.server.event;

/** Why a call failed, as a program sees it. The names are those of the contract. */
public enum Reason {
  VERSION_CONFLICT,
  INVALID_REQUEST,
  COMMIT_TOO_LARGE,
  CURSOR_UNKNOWN,
  CURSOR_EXPIRED,
  HISTORY_TRIMMED,
  COMMIT_ID_REUSED,
  NAMESPACE_NOT_FOUND,
  NAMESPACE_EXISTS,
  OVERLOADED,
  STORE_FULL,
  STORE_UNAVAILABLE,
  OUTCOME_UNKNOWN,
  SHUTTING_DOWN,
  CORRUPT_RECORD
}
