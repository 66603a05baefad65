package dev.aether.server.codec;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import dev.aether.v1.Commit;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A valid commit as it is stored. Readers get these bytes, and the commit is decoded only for those
 * who need more of it than its versions and the types of its events.
 *
 * @param bytes an {@code aether.v1.Commit}
 */
public record EncodedCommit(ByteString bytes, long firstVersion, long lastVersion) {
  /** Encodes a valid commit. */
  public static EncodedCommit of(Commit commit) {
    return new EncodedCommit(
        commit.toByteString(), commit.getFirstVersion(), commit.getLastVersion());
  }

  /** The size of the commit. */
  public int size() {
    return bytes.size();
  }

  /** Decodes the commit. */
  public Commit decode() {
    try {
      return Commit.parseFrom(input());
    } catch (IOException e) {
      throw undecodable(e);
    }
  }

  /** The events in the order of their versions, each as an encoded {@code aether.v1.Event}. */
  public List<ByteString> events() {
    List<ByteString> events = new ArrayList<>();
    try {
      CodedInputStream in = input();
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        if (tag == UsualForm.EVENTS) {
          events.add(in.readBytes());
        } else {
          in.skipField(tag);
        }
      }
    } catch (IOException e) {
      throw undecodable(e);
    }
    return events;
  }

  /** Whether an event has one of the types. */
  public boolean hasEventOf(Set<String> types) {
    try {
      for (ByteString event : events()) {
        if (types.contains(type(event))) {
          return true;
        }
      }
      return false;
    } catch (IOException e) {
      throw undecodable(e);
    }
  }

  /** The last one counts if a field is repeated, as protobuf demands. */
  private static String type(ByteString event) throws IOException {
    String type = "";
    CodedInputStream in = event.newCodedInput();
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (tag == UsualForm.EVENT_TYPE) {
        type = in.readStringRequireUtf8();
      } else {
        in.skipField(tag);
      }
    }
    return type;
  }

  private CodedInputStream input() {
    CodedInputStream in = bytes.newCodedInput();
    in.enableAliasing(true);
    return in;
  }

  private static IllegalStateException undecodable(IOException e) {
    return new IllegalStateException("a commit that was valid cannot be decoded", e);
  }
}
