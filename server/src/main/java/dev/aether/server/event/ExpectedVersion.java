package dev.aether.server.event;

/** The state of an actor that a save requires. */
public sealed interface ExpectedVersion {
  /** The letter for this kind of expectation in the header of a stored commit. */
  char letter();

  /** Whether only an actor with events can meet it. */
  boolean buildsOnHistory();

  /** The actor's latest version is {@code version}; 0 means that the actor has no events. */
  record Exactly(long version) implements ExpectedVersion {
    @Override
    public char letter() {
      return 'v';
    }

    @Override
    public boolean buildsOnHistory() {
      return version != 0;
    }
  }

  /** The actor may have any version. */
  record Any() implements ExpectedVersion {
    @Override
    public char letter() {
      return 'a';
    }

    @Override
    public boolean buildsOnHistory() {
      return false;
    }
  }

  /** The actor has at least one event. */
  record Existing() implements ExpectedVersion {
    @Override
    public char letter() {
      return 'e';
    }

    @Override
    public boolean buildsOnHistory() {
      return true;
    }
  }
}
