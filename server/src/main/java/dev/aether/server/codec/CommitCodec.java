package dev.aether.server.codec;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import dev.aether.server.event.ActorId;
import dev.aether.server.event.CommitId;
import dev.aether.server.event.Namespace;
import dev.aether.v1.Commit;
import dev.aether.v1.Event;
import java.util.List;

/** Commits as the bytes that are stored for ever: those of {@code aether.v1.Commit}, format 1. */
public final class CommitCodec {
  private CommitCodec() {}

  /** Gives the events their versions, from {@code firstVersion} on. */
  public static Commit commit(
      Namespace namespace,
      ActorId actor,
      CommitId commitId,
      long firstVersion,
      List<Event> events) {
    Commit.Builder commit =
        Commit.newBuilder()
            .setCommitId(commitId.value())
            .setNamespace(namespace.name())
            .setActorId(actor.value())
            .setFirstVersion(firstVersion)
            .setLastVersion(firstVersion + events.size() - 1);
    long version = firstVersion;
    for (Event event : events) {
      commit.addEvents(event.toBuilder().setActorId(actor.value()).setVersion(version++));
    }
    return commit.build();
  }

  /**
   * Takes stored bytes apart and checks that they are what a commit of that actor must be. The
   * commit shares the array, which must not change afterwards.
   *
   * @throws CorruptCommitException if they are not
   */
  public static Commit decode(byte[] body, Namespace namespace, ActorId actor)
      throws CorruptCommitException {
    Commit commit = parse(body);
    check(commit.getNamespace().equals(namespace.name()), "holds another namespace");
    check(commit.getActorId().equals(actor.value()), "holds another actor");
    int count = commit.getEventsCount();
    check(count > 0, "holds no events");
    check(commit.getFirstVersion() > 0, "has no first version");
    check(
        commit.getLastVersion() == commit.getFirstVersion() + count - 1,
        "holds another number of events than its versions say");
    for (int i = 0; i < count; i++) {
      Event event = commit.getEvents(i);
      check(event.getVersion() == commit.getFirstVersion() + i, "has an event out of order");
      check(event.getActorId().equals(actor.value()), "has an event of another actor");
    }
    return commit;
  }

  private static Commit parse(byte[] body) throws CorruptCommitException {
    CodedInputStream in = UnsafeByteOperations.unsafeWrap(body).newCodedInput();
    in.enableAliasing(true);
    try {
      Commit commit = Commit.parser().parseFrom(in);
      in.checkLastTagWas(0);
      return commit;
    } catch (InvalidProtocolBufferException e) {
      throw new CorruptCommitException("is no commit: " + e.getMessage());
    }
  }

  private static void check(boolean holds, String otherwise) throws CorruptCommitException {
    if (!holds) {
      throw new CorruptCommitException(otherwise);
    }
  }
}
