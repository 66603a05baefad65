package dev.aether.faults.attack;

import dev.aether.faults.topology.Waiting;
import dev.aether.v1.EventStoreGrpc;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/** Frames and floods that HTTP/2 allows, and some that it does not. */
final class Http2Attacks {
  private static final String SAVE = EventStoreGrpc.getSaveEventsMethod().getFullMethodName();
  private static final String SUBSCRIBE = "aether.v1.EventBus/Subscribe";
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int FRAME = 16 * 1024;
  private static final String CLOSED = ".*connection closed.*";

  private final Target target;
  private final List<Attack> attacks = new ArrayList<>();

  /** What is sent on a new connection, and what came back. */
  private interface Dialogue {
    String hold(Http2Connection connection) throws Exception;
  }

  private Http2Attacks(Target target) {
    this.target = target;
  }

  static List<Attack> on(Target target) {
    Http2Attacks made = new Http2Attacks(target);
    made.headers();
    made.floods();
    made.bodies();
    return List.copyOf(made.attacks);
  }

  private void add(String name, String expected, Dialogue dialogue) {
    attacks.add(
        new Attack(
            "HTTP/2",
            name,
            expected,
            () -> {
              try (Http2Connection connection = Http2Connection.open(target)) {
                return dialogue.hold(connection);
              }
            }));
  }

  private byte[] headers(String method, Map<String, String> more) {
    return Http2Connection.callHeaders(method, target.token("orders"), more);
  }

  /** Begins a save, or only its headers. */
  private void begin(Http2Connection connection, int flags, Map<String, String> more)
      throws IOException {
    connection.frame(Http2Connection.HEADERS, flags, 1, headers(SAVE, more));
  }

  /** Sends until the node closes the connection. */
  private static void insist(Http2Connection connection, int times, byte[] what) {
    try {
      for (int i = 0; i < times && !connection.isEnded(); i++) {
        connection.send(what);
      }
    } catch (IOException e) {
      // The node has closed the connection; the answers tell how.
    }
  }

  private void headers() {
    add(
        "10 MB of headers for one call",
        "RESOURCE_EXHAUSTED: .+|HTTP status 431.*|RST_STREAM .+|GOAWAY .+|" + CLOSED,
        connection -> {
          begin(connection, Http2Connection.NONE, Map.of());
          ByteArrayOutputStream block = new ByteArrayOutputStream();
          Http2Connection.field(block, "x", "y".repeat(FRAME - 100));
          insist(
              connection,
              640,
              Http2Connection.bytes(
                  Http2Connection.CONTINUATION, Http2Connection.NONE, 1, block.toByteArray()));
          return connection.awaitEnd(PATIENCE);
        });
    add(
        "100,000 CONTINUATION frames of nothing",
        "GOAWAY .+|" + CLOSED,
        connection -> {
          begin(connection, Http2Connection.NONE, Map.of());
          insist(
              connection,
              100_000,
              Http2Connection.bytes(
                  Http2Connection.CONTINUATION, Http2Connection.NONE, 1, new byte[0]));
          return connection.awaitEnd(PATIENCE);
        });
    add(
        "a header of 4 KB that 10,000 references repeat (HPACK bomb)",
        "RESOURCE_EXHAUSTED: .+|HTTP status 431.*|RST_STREAM .+|GOAWAY .+|" + CLOSED,
        connection -> {
          ByteArrayOutputStream block = new ByteArrayOutputStream();
          block.writeBytes(headers(SAVE, Map.of()));
          // Literal with incremental indexing (0x40), then index 62, the newest dynamic entry.
          ByteArrayOutputStream indexed = new ByteArrayOutputStream();
          Http2Connection.field(indexed, "bomb", "z".repeat(4000));
          byte[] entry = indexed.toByteArray();
          entry[0] = 0x40;
          block.writeBytes(entry);
          for (int i = 0; i < 10_000; i++) {
            block.write(0x80 | 62);
          }
          connection.frame(
              Http2Connection.HEADERS, Http2Connection.END_HEADERS, 1, block.toByteArray());
          return connection.awaitAnswer(PATIENCE);
        });
    add(
        "bytes that are no HPACK",
        "GOAWAY COMPRESSION_ERROR.*",
        connection -> {
          connection.frame(
              Http2Connection.HEADERS,
              Http2Connection.END_HEADERS,
              1,
              new byte[] {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff});
          return connection.awaitEnd(PATIENCE);
        });
    add(
        "a frame of 16 MB",
        "GOAWAY FRAME_SIZE_ERROR.*",
        connection -> {
          insist(
              connection, 1, Http2Connection.bytes(Http2Connection.DATA, 0, 1, new byte[0xffffff]));
          return connection.awaitEnd(PATIENCE);
        });
  }

  private void floods() {
    add(
        "100,000 calls that are cancelled at once (rapid reset)",
        "GOAWAY ENHANCE_YOUR_CALM.*",
        connection -> {
          byte[] headers = headers(SUBSCRIBE, Map.of());
          try {
            for (int i = 0; i < 100_000 && !connection.isEnded(); i++) {
              int stream = 2 * i + 1;
              ByteArrayOutputStream both = new ByteArrayOutputStream();
              both.writeBytes(
                  Http2Connection.bytes(
                      Http2Connection.HEADERS, Http2Connection.END_HEADERS, stream, headers));
              both.writeBytes(
                  Http2Connection.bytes(
                      Http2Connection.RST_STREAM, 0, stream, Http2Connection.cancel()));
              connection.send(both.toByteArray());
            }
          } catch (IOException e) {
            // The node has closed the connection; the answers tell how.
          }
          return connection.awaitEnd(PATIENCE);
        });
    addFlood(
        "1,000,000 pings",
        "GOAWAY ENHANCE_YOUR_CALM.*",
        Http2Connection.bytes(Http2Connection.PING, 0, 0, new byte[8]));
    addFlood(
        "1,000,000 settings",
        // Like the next, they cost the node time, but neither memory nor a thread.
        "GOAWAY .+|" + CLOSED + "|.*still open.*",
        Http2Connection.bytes(Http2Connection.SETTINGS, 0, 0, new byte[0]));
    add(
        "1,000,000 empty DATA frames on one call",
        "GOAWAY .+|RST_STREAM .+|" + CLOSED + "|.*still open.*",
        connection -> {
          begin(connection, Http2Connection.END_HEADERS, Map.of());
          insist(
              connection,
              1_000_000,
              Http2Connection.bytes(Http2Connection.DATA, 0, 1, new byte[0]));
          return connection.awaitEnd(PATIENCE);
        });
  }

  private void addFlood(String name, String expected, byte[] frame) {
    add(
        name,
        expected,
        connection -> {
          insist(connection, 1_000_000, frame);
          return connection.awaitEnd(PATIENCE);
        });
  }

  private void bodies() {
    add(
        "a message that claims to have 1 GB",
        "RESOURCE_EXHAUSTED: .+",
        connection -> {
          begin(connection, Http2Connection.END_HEADERS, Map.of());
          byte[] start = ByteBuffer.allocate(FRAME).put((byte) 0).putInt(1 << 30).array();
          connection.frame(Http2Connection.DATA, Http2Connection.NONE, 1, start);
          return connection.awaitAnswer(PATIENCE);
        });
    add(
        "1 GB of zeros, compressed to 1 MB",
        "RESOURCE_EXHAUSTED: .+",
        connection -> {
          ByteArrayOutputStream packed = new ByteArrayOutputStream();
          try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            // The field actor_id, with a length of 1,000,000,000 bytes.
            gzip.write(new byte[] {0x12, (byte) 0x80, (byte) 0x94, (byte) 0xeb, (byte) 0xdc, 3});
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i < 1024; i++) {
              gzip.write(zeros);
            }
          }
          begin(connection, Http2Connection.END_HEADERS, Map.of("grpc-encoding", "gzip"));
          byte[] message =
              ByteBuffer.allocate(5 + packed.size())
                  .put((byte) 1)
                  .putInt(packed.size())
                  .put(packed.toByteArray())
                  .array();
          // The node enlarges the window only while it reads on.
          for (int at = 0; at < message.length && connection.answers().isEmpty(); at += FRAME) {
            connection.frame(
                Http2Connection.DATA,
                at + FRAME >= message.length ? Http2Connection.END_STREAM : Http2Connection.NONE,
                1,
                Arrays.copyOfRange(message, at, Math.min(message.length, at + FRAME)));
            Waiting.pause(Duration.ofMillis(5));
          }
          return connection.awaitAnswer(PATIENCE);
        });
    add(
        "a message that is no protobuf",
        "INVALID_ARGUMENT: .+",
        connection -> {
          begin(connection, Http2Connection.END_HEADERS, Map.of());
          byte[] message =
              ByteBuffer.allocate(15).put((byte) 0).putInt(10).put(new byte[] {7, 7, 7}).array();
          connection.frame(Http2Connection.DATA, Http2Connection.END_STREAM, 1, message);
          return connection.awaitAnswer(PATIENCE);
        });
  }
}
