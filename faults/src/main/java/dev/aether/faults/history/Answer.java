package dev.aether.faults.history;

/** What a client was told about one attempt of a save. */
public sealed interface Answer {

  /** The commit is stored. */
  record Saved(long firstVersion, long lastVersion, long position, boolean replayed)
      implements Answer {
    /** Whether the other answer names the same place. */
    public boolean isSamePlace(Saved other) {
      return firstVersion == other.firstVersion
          && lastVersion == other.lastVersion
          && position == other.position;
    }
  }

  /** The actor was not in the required state, so nothing was stored. */
  record Conflict(long currentVersion) implements Answer {}

  /** Nothing was stored, for another reason. */
  record Refused(String reason) implements Answer {}

  /** The commit may or may not be stored. */
  record Unknown(String why) implements Answer {}
}
