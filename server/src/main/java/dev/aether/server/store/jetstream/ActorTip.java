package dev.aether.server.store.jetstream;

/**
 * What a node knows of an actor's end.
 *
 * @param sequence of the actor's last message in its stream; 0: it has none
 * @param through the ladder over all the actor's commits, the last one included
 * @param commitIdHash hash of the last commit's id, to tell cheaply that a save is not a repeat of
 *     it
 */
record ActorTip(long version, long sequence, Ladder through, int commitIdHash) {
  /** An actor nobody wrote. */
  static final ActorTip NONE = new ActorTip(0, 0, Ladder.EMPTY, 0);

  /** The tip after a commit that was stored at a sequence. */
  static ActorTip after(CommitHeader header, long sequence) {
    return new ActorTip(
        header.lastVersion(),
        sequence,
        header.before().push(sequence, header.lastVersion()),
        header.commitId().hashCode());
  }
}
