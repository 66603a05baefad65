package dev.aether.client;

/**
 * The version that a writer expects an actor to have. There is no default, to prevent accidental
 * overwrites.
 */
public sealed interface ExpectedVersion {

  /**
   * The actor must have exactly this version; 0 if it must not have any events.
   *
   * @throws IllegalArgumentException if the version is negative: -1 means "no stream" in other
   *     stores, for which Aether uses 0. {@link Exactly} itself accepts the full unsigned range
   */
  static ExpectedVersion exactly(long version) {
    if (version < 0) {
      throw new IllegalArgumentException("expected version " + version + " is negative");
    }
    return new Exactly(version);
  }

  /** The actor may have any version: the events are appended, and the save never conflicts. */
  static ExpectedVersion any() {
    return Any.INSTANCE;
  }

  /**
   * Same as {@link #any()}, but the actor must have events; otherwise the save fails with {@link
   * VersionConflictException} whose versions are 0.
   */
  static ExpectedVersion existing() {
    return Existing.INSTANCE;
  }

  /**
   * The actor must have this version.
   *
   * @param version unsigned; 0 if the actor must not have any events
   */
  record Exactly(long version) implements ExpectedVersion {
    @Override
    public String toString() {
      return "Exactly[version=" + Long.toUnsignedString(version) + "]";
    }
  }

  /** Any version. */
  enum Any implements ExpectedVersion {
    /** The only instance. */
    INSTANCE
  }

  /** Any version from 1 on. */
  enum Existing implements ExpectedVersion {
    /** The only instance. */
    INSTANCE
  }
}
