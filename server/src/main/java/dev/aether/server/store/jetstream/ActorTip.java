package dev.aether.server.store.jetstream;

import dev.aether.server.event.CommitId;

/**
 * What a node knows of an actor's end.
 *
 * @param sequence of the actor's last message in its stream; 0: it has none
 * @param through the ladder over all the actor's commits, the last one included
 * @param events of the last commit
 * @param commitIdHash hash of the last commit's id, to tell cheaply that a save is not a repeat of
 *     it
 */
record ActorTip(long version, long sequence, Ladder through, int events, int commitIdHash) {
  /** An actor nobody wrote. */
  static final ActorTip NONE = new ActorTip(0, 0, Ladder.EMPTY, 0, 0);

  /** The tip after a commit that was stored at a sequence. */
  static ActorTip after(CommitHeader header, long sequence) {
    return new ActorTip(
        header.lastVersion(),
        sequence,
        header.before().push(sequence, header.lastVersion()),
        (int) (header.lastVersion() - header.firstVersion() + 1),
        header.commitId().hashCode());
  }

  /** Whether the last commit may be one of that id; false is certain. */
  boolean mayBe(CommitId commitId) {
    return commitIdHash == commitId.value().hashCode();
  }

  /** Whether the last commit holds a version. */
  boolean holds(long wanted) {
    return wanted <= version && wanted > version - events;
  }
}
