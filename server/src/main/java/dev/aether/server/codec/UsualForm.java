package dev.aether.server.codec;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Timestamp;
import com.google.protobuf.WireFormat;
import dev.aether.server.event.ActorId;
import dev.aether.server.event.Namespace;
import dev.aether.v1.Commit;
import dev.aether.v1.Event;
import java.io.IOException;
import java.util.Optional;

/**
 * Recognises a valid commit in the form in which this version encodes commits: only known fields,
 * each once and in the order of their numbers. That takes a small part of the time and memory that
 * decoding takes. What is not in that form may still be valid; protobuf's parser decides about it.
 * Used once.
 */
final class UsualForm {
  private static final int TEXT = WireFormat.WIRETYPE_LENGTH_DELIMITED;
  private static final int NUMBER = WireFormat.WIRETYPE_VARINT;

  private static final int COMMIT_ID = tag(Commit.COMMIT_ID_FIELD_NUMBER, TEXT);
  private static final int NAMESPACE = tag(Commit.NAMESPACE_FIELD_NUMBER, TEXT);
  private static final int ACTOR_ID = tag(Commit.ACTOR_ID_FIELD_NUMBER, TEXT);
  private static final int FIRST_VERSION = tag(Commit.FIRST_VERSION_FIELD_NUMBER, NUMBER);
  private static final int LAST_VERSION = tag(Commit.LAST_VERSION_FIELD_NUMBER, NUMBER);
  static final int EVENTS = tag(Commit.EVENTS_FIELD_NUMBER, TEXT);

  private static final int EVENT_ID = tag(Event.EVENT_ID_FIELD_NUMBER, TEXT);
  static final int EVENT_TYPE = tag(Event.EVENT_TYPE_FIELD_NUMBER, TEXT);
  private static final int COMMAND_ID = tag(Event.COMMAND_ID_FIELD_NUMBER, TEXT);
  private static final int DATA = tag(Event.DATA_FIELD_NUMBER, TEXT);
  private static final int CONTENT_TYPE = tag(Event.CONTENT_TYPE_FIELD_NUMBER, TEXT);
  private static final int METADATA = tag(Event.METADATA_FIELD_NUMBER, TEXT);
  private static final int TIMESTAMP = tag(Event.TIMESTAMP_FIELD_NUMBER, TEXT);
  private static final int EVENT_ACTOR_ID = tag(Event.ACTOR_ID_FIELD_NUMBER, TEXT);
  private static final int VERSION = tag(Event.VERSION_FIELD_NUMBER, NUMBER);

  private static final int KEY = tag(1, TEXT);
  private static final int VALUE = tag(2, TEXT);

  private static final int SECONDS = tag(Timestamp.SECONDS_FIELD_NUMBER, NUMBER);
  private static final int NANOS = tag(Timestamp.NANOS_FIELD_NUMBER, NUMBER);

  private final ByteString bytes;
  private final CodedInputStream in;
  private final ByteString namespace;
  private final ByteString actor;
  private boolean ofNamespace;
  private boolean ofActor;
  private long firstVersion;
  private long lastVersion;

  /** The number of events so far. */
  private long count;

  private UsualForm(ByteString bytes, Namespace namespace, ActorId actor) {
    this.bytes = bytes;
    this.in = bytes.newCodedInput();
    in.enableAliasing(true);
    this.namespace = ByteString.copyFromUtf8(namespace.name());
    this.actor = ByteString.copyFromUtf8(actor.value());
  }

  /** The commit if it is one of the actor, valid, and in the usual form; otherwise empty. */
  static Optional<EncodedCommit> recognise(ByteString bytes, Namespace namespace, ActorId actor) {
    UsualForm form = new UsualForm(bytes, namespace, actor);
    try {
      return form.passFields(form::passOfCommit, EVENTS) && form.isWhole()
          ? Optional.of(new EncodedCommit(bytes, form.firstVersion, form.lastVersion))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private boolean isWhole() {
    return ofNamespace
        && ofActor
        && count > 0
        && firstVersion > 0
        && lastVersion == firstVersion + count - 1
        && bytes.size() == in.getTotalBytesRead();
  }

  /** Reads the value of a field. Returns whether it is known and valid. */
  private interface Field {
    boolean pass(int tag) throws IOException;
  }

  /**
   * Passes the fields up to the end or the current limit.
   *
   * @param repeated the tag of the field that may occur more than once; 0: none
   * @return whether all are known and valid, and in the order of their numbers
   */
  private boolean passFields(Field field, int repeated) throws IOException {
    int last = 0;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (tag < last || (tag == last && tag != repeated) || !field.pass(tag)) {
        return false;
      }
      last = tag;
    }
    return true;
  }

  /** Passes a message within the current one. */
  private boolean passMessage(Field field, int repeated) throws IOException {
    int limit = in.pushLimit(in.readRawVarint32());
    boolean valid = passFields(field, repeated) && in.isAtEnd();
    in.popLimit(limit);
    return valid;
  }

  private boolean passText() throws IOException {
    return in.readBytes().isValidUtf8();
  }

  private boolean passOfCommit(int tag) throws IOException {
    if (tag == EVENTS) {
      long version = firstVersion + count++;
      return new OneEvent(version).pass();
    }
    if (tag == COMMIT_ID) {
      return passText();
    }
    if (tag == NAMESPACE) {
      ofNamespace = in.readBytes().equals(namespace);
      return ofNamespace;
    }
    if (tag == ACTOR_ID) {
      ofActor = in.readBytes().equals(actor);
      return ofActor;
    }
    if (tag == FIRST_VERSION) {
      firstVersion = in.readUInt64();
      return true;
    }
    if (tag == LAST_VERSION) {
      lastVersion = in.readUInt64();
      return true;
    }
    return false;
  }

  /** The fields of one event. */
  private final class OneEvent {
    private final long version;
    private boolean hasActor;
    private boolean hasVersion;

    OneEvent(long version) {
      this.version = version;
    }

    boolean pass() throws IOException {
      return passMessage(this::passField, METADATA) && hasActor && hasVersion;
    }

    private boolean passField(int tag) throws IOException {
      if (tag == DATA) {
        in.skipRawBytes(in.readRawVarint32());
        return true;
      }
      if (tag == METADATA) {
        return passMessage(UsualForm.this::passOfMetadata, 0);
      }
      if (tag == TIMESTAMP) {
        return passMessage(UsualForm.this::passOfTimestamp, 0);
      }
      if (tag == EVENT_ACTOR_ID) {
        hasActor = in.readBytes().equals(actor);
        return hasActor;
      }
      if (tag == VERSION) {
        hasVersion = in.readUInt64() == version;
        return hasVersion;
      }
      boolean known =
          tag == EVENT_ID || tag == EVENT_TYPE || tag == COMMAND_ID || tag == CONTENT_TYPE;
      return known && passText();
    }
  }

  private boolean passOfMetadata(int tag) throws IOException {
    return (tag == KEY || tag == VALUE) && passText();
  }

  private boolean passOfTimestamp(int tag) throws IOException {
    if (tag == SECONDS) {
      var unused = in.readInt64();
      return true;
    }
    if (tag == NANOS) {
      var unused = in.readInt32();
      return true;
    }
    return false;
  }

  private static int tag(int field, int wireType) {
    return field << 3 | wireType;
  }
}
