package dev.aether.server.codec;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import com.google.protobuf.WireFormat;
import dev.aether.server.event.ActorId;
import dev.aether.server.event.CommitId;
import dev.aether.server.event.Namespace;
import dev.aether.v1.Commit;
import dev.aether.v1.Event;
import dev.aether.v1.NewEvent;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Encodes and checks stored commits: an {@code aether.v1.Commit}, format 1, which never changes.
 */
public final class CommitCodec {
  private CommitCodec() {}

  /**
   * Encodes a commit whose events have the versions from {@code firstVersion} on. An {@code Event}
   * is a {@code NewEvent} with two more fields, so the bytes of the events are written unchanged.
   *
   * @param events complete events without unknown fields
   */
  public static byte[] encode(
      Namespace namespace,
      ActorId actor,
      CommitId commitId,
      long firstVersion,
      List<NewEvent> events) {
    long lastVersion = firstVersion + events.size() - 1;
    int actorSize = actorSize(actor);
    byte[] body = new byte[size(namespace, actor, commitId, firstVersion, events)];
    CodedOutputStream out = CodedOutputStream.newInstance(body);
    try {
      out.writeString(Commit.COMMIT_ID_FIELD_NUMBER, commitId.value());
      out.writeString(Commit.NAMESPACE_FIELD_NUMBER, namespace.name());
      out.writeString(Commit.ACTOR_ID_FIELD_NUMBER, actor.value());
      out.writeUInt64(Commit.FIRST_VERSION_FIELD_NUMBER, firstVersion);
      out.writeUInt64(Commit.LAST_VERSION_FIELD_NUMBER, lastVersion);
      for (int i = 0; i < events.size(); i++) {
        NewEvent event = events.get(i);
        out.writeTag(Commit.EVENTS_FIELD_NUMBER, WireFormat.WIRETYPE_LENGTH_DELIMITED);
        out.writeUInt32NoTag(eventSize(event, actorSize, firstVersion + i));
        event.writeTo(out);
        out.writeString(Event.ACTOR_ID_FIELD_NUMBER, actor.value());
        out.writeUInt64(Event.VERSION_FIELD_NUMBER, firstVersion + i);
      }
      out.checkNoSpaceLeft();
    } catch (IOException e) {
      throw new IllegalStateException("an array does not fail", e);
    }
    return body;
  }

  /** The size of the result of {@link #encode} in bytes. It grows with the versions. */
  public static int size(
      Namespace namespace,
      ActorId actor,
      CommitId commitId,
      long firstVersion,
      List<NewEvent> events) {
    long lastVersion = firstVersion + events.size() - 1;
    int size =
        CodedOutputStream.computeStringSize(Commit.COMMIT_ID_FIELD_NUMBER, commitId.value())
            + CodedOutputStream.computeStringSize(Commit.NAMESPACE_FIELD_NUMBER, namespace.name())
            + CodedOutputStream.computeStringSize(Commit.ACTOR_ID_FIELD_NUMBER, actor.value())
            + CodedOutputStream.computeUInt64Size(Commit.FIRST_VERSION_FIELD_NUMBER, firstVersion)
            + CodedOutputStream.computeUInt64Size(Commit.LAST_VERSION_FIELD_NUMBER, lastVersion);
    int actorSize = actorSize(actor);
    for (int i = 0; i < events.size(); i++) {
      int event = eventSize(events.get(i), actorSize, firstVersion + i);
      size +=
          CodedOutputStream.computeTagSize(Commit.EVENTS_FIELD_NUMBER)
              + CodedOutputStream.computeUInt32SizeNoTag(event)
              + event;
    }
    return size;
  }

  private static int actorSize(ActorId actor) {
    return CodedOutputStream.computeStringSize(Event.ACTOR_ID_FIELD_NUMBER, actor.value());
  }

  private static int eventSize(NewEvent event, int actorSize, long version) {
    return event.getSerializedSize()
        + actorSize
        + CodedOutputStream.computeUInt64Size(Event.VERSION_FIELD_NUMBER, version);
  }

  /**
   * Checks that stored bytes are a valid commit of the actor. The result shares the array, which
   * must not be changed afterwards.
   *
   * @throws CorruptRecordException if they are not
   */
  public static EncodedCommit check(byte[] body, Namespace namespace, ActorId actor)
      throws CorruptRecordException {
    ByteString bytes = UnsafeByteOperations.unsafeWrap(body);
    Optional<EncodedCommit> usual = UsualForm.recognise(bytes, namespace, actor);
    return usual.isPresent() ? usual.get() : decoded(bytes, namespace, actor);
  }

  private static EncodedCommit decoded(ByteString bytes, Namespace namespace, ActorId actor)
      throws CorruptRecordException {
    Commit commit = parse(bytes);
    check(commit.getNamespace().equals(namespace.name()), "belongs to another namespace");
    check(commit.getActorId().equals(actor.value()), "belongs to another actor");
    int count = commit.getEventsCount();
    check(count > 0, "has no events");
    check(commit.getFirstVersion() > 0, "has no first version");
    check(
        commit.getLastVersion() == commit.getFirstVersion() + count - 1,
        "has a number of events that does not match its versions");
    for (int i = 0; i < count; i++) {
      Event event = commit.getEvents(i);
      check(event.getVersion() == commit.getFirstVersion() + i, "has an event out of order");
      check(event.getActorId().equals(actor.value()), "has an event of another actor");
    }
    return new EncodedCommit(bytes, commit.getFirstVersion(), commit.getLastVersion());
  }

  private static Commit parse(ByteString bytes) throws CorruptRecordException {
    CodedInputStream in = bytes.newCodedInput();
    in.enableAliasing(true);
    try {
      Commit commit = Commit.parser().parseFrom(in);
      in.checkLastTagWas(0);
      return commit;
    } catch (InvalidProtocolBufferException e) {
      throw new CorruptRecordException("is not a commit: " + e.getMessage());
    }
  }

  private static void check(boolean holds, String otherwise) throws CorruptRecordException {
    if (!holds) {
      throw new CorruptRecordException(otherwise);
    }
  }
}
