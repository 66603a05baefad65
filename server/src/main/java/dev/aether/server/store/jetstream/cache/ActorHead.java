package dev.aether.server.store.jetstream.cache;

import dev.aether.server.event.CommitId;
import dev.aether.server.store.jetstream.format.CommitHeader;
import dev.aether.server.store.jetstream.format.SkipPointers;
import java.nio.charset.StandardCharsets;

/**
 * What a node knows of an actor's end.
 *
 * @param sequence of the actor's last message in its stream; 0: it has none
 * @param through the skip pointers over all the actor's commits, the last one included
 * @param events of the last commit
 * @param commitIdHash {@link #idHash} of the last commit's id, to tell cheaply that a save is not a
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

  /** An actor nobody wrote. */
  public static final ActorHead NONE = new ActorHead(0, 0, SkipPointers.EMPTY, 0, 0, 0);

  /** The head after a commit that was stored at a sequence. */
  public static ActorHead after(CommitHeader header, long sequence) {
    return new ActorHead(
        header.lastVersion(),
        sequence,
        header.before().push(sequence, header.lastVersion()),
        (int) (header.lastVersion() - header.firstVersion() + 1),
        idHash(header.commitId()),
        header.previous());
  }

  /** A commit id's hash: FNV-1a, its bits mixed once more. Two ids may have the same. */
  static long idHash(String commitId) {
    long hash = FNV_BASIS;
    for (byte b : commitId.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ b) * FNV_PRIME;
    }
    hash = (hash ^ hash >>> 33) * 0xff51afd7ed558ccdL;
    return hash ^ hash >>> 33;
  }

  /** Whether the last commit may be one of that id; false is certain. */
  public boolean mayBe(CommitId commitId) {
    return commitIdHash == idHash(commitId.value());
  }

  /** Whether the last commit holds a version. */
  public boolean holds(long wanted) {
    return wanted <= version && wanted > version - events;
  }
}
