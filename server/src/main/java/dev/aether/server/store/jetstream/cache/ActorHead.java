package dev.aether.server.store.jetstream.cache;

import dev.aether.server.event.CommitId;
import dev.aether.server.store.jetstream.format.CommitHeader;
import dev.aether.server.store.jetstream.format.SkipPointers;
import java.nio.charset.StandardCharsets;

/**
 * An actor's head, i.e. its last commit, as far as this node knows.
 *
 * @param version the last version; 0: the actor has no commit
 * @param sequence the last commit's sequence in the stream; 0: the actor has no commit
 * @param through the skip pointers over all commits of the actor, including the last
 * @param events how many events the last commit has
 * @param commitIdHash {@link #idHash} of the last commit's id; a cheap test that a save is not a
 *     repeat of it
 * @param previous sequence of the commit before the last; 0: there is none
 */
public record ActorHead(
    long version,
    long sequence,
    SkipPointers through,
    int events,
    long commitIdHash,
    long previous) {
  private static final long FNV_BASIS = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

  /** The head of an actor without commits. */
  public static final ActorHead NONE = new ActorHead(0, 0, SkipPointers.EMPTY, 0, 0, 0);

  /** The head once a commit is stored at a sequence. */
  public static ActorHead after(CommitHeader header, long sequence) {
    return new ActorHead(
        header.lastVersion(),
        sequence,
        header.before().push(sequence, header.lastVersion()),
        (int) (header.lastVersion() - header.firstVersion() + 1),
        idHash(header.commitId()),
        header.previous());
  }

  /**
   * The hash of a commit id: FNV-1a, followed by a mixing step. Different ids may have the same
   * hash.
   */
  static long idHash(String commitId) {
    long hash = FNV_BASIS;
    for (byte b : commitId.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ b) * FNV_PRIME;
    }
    hash = (hash ^ hash >>> 33) * 0xff51afd7ed558ccdL;
    return hash ^ hash >>> 33;
  }

  /** Whether the last commit may have this id; false is certain. */
  public boolean mayHaveId(CommitId commitId) {
    return commitIdHash == idHash(commitId.value());
  }

  /** Whether the last commit contains a version. */
  public boolean contains(long wanted) {
    return wanted <= version && wanted > version - events;
  }
}
