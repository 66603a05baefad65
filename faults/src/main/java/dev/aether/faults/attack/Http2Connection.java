package dev.aether.faults.attack;

import dev.aether.faults.topology.Waiting;
import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.buffer.Unpooled;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Exception;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * A connection on which any HTTP/2 frames can be sent, also those that no library sends (RFC 9113).
 * One thread sends, and a thread of its own reads.
 */
final class Http2Connection implements AutoCloseable {
  static final int DATA = 0;
  static final int HEADERS = 1;
  static final int RST_STREAM = 3;
  static final int SETTINGS = 4;
  static final int PING = 6;
  static final int GO_AWAY = 7;
  private static final int WINDOW_UPDATE = 8;
  static final int CONTINUATION = 9;

  static final int NONE = 0;
  static final int END_STREAM = 1;
  static final int ACK = 1;
  static final int END_HEADERS = 4;

  private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  private static final int CONNECT_MILLIS = 10_000;
  private static final int DEFAULT_WINDOW = 65_535;
  private static final int INITIAL_WINDOW_SIZE = 4;
  private static final long WAIT_MILLIS = 100;
  private static final int LITERAL = 0;
  private static final int CANCEL = 8;
  private static final List<String> ERRORS =
      List.of(
          "NO_ERROR",
          "PROTOCOL_ERROR",
          "INTERNAL_ERROR",
          "FLOW_CONTROL_ERROR",
          "SETTINGS_TIMEOUT",
          "STREAM_CLOSED",
          "FRAME_SIZE_ERROR",
          "REFUSED_STREAM",
          "CANCEL",
          "COMPRESSION_ERROR",
          "CONNECT_ERROR",
          "ENHANCE_YOUR_CALM",
          "INADEQUATE_SECURITY",
          "HTTP_1_1_REQUIRED");

  private final Socket socket;
  private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false);
  private final List<String> received = new ArrayList<>();
  private final Set<Integer> refused = ConcurrentHashMap.newKeySet();

  /** What may be sent on each stream, and on the connection as stream 0. Guarded by itself. */
  private final Map<Integer, Long> windows = new HashMap<>(Map.of(0, (long) DEFAULT_WINDOW));

  private volatile long initialWindow;
  private volatile boolean ended;

  private Http2Connection(Socket socket) {
    this.socket = socket;
  }

  /** Connects with TLS, without sending anything over it. */
  static Http2Connection silent(Target target) throws IOException, GeneralSecurityException {
    SSLSocket socket = (SSLSocket) TlsAttacks.trusting(target).getSocketFactory().createSocket();
    try {
      socket.connect(new java.net.InetSocketAddress("127.0.0.1", target.port()), CONNECT_MILLIS);
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setApplicationProtocols(new String[] {"h2"});
      socket.setSSLParameters(parameters);
      socket.setSoTimeout(CONNECT_MILLIS);
      socket.startHandshake();
      socket.setSoTimeout(0);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
    Http2Connection connection = new Http2Connection(socket);
    Thread reader = new Thread(connection::read, "http2-reader");
    reader.setDaemon(true);
    reader.start();
    return connection;
  }

  /** Connects, and sends the preface and empty settings. */
  static Http2Connection open(Target target) throws IOException, GeneralSecurityException {
    Http2Connection connection = silent(target);
    connection.send(PREFACE.getBytes(StandardCharsets.US_ASCII));
    connection.frame(SETTINGS, NONE, 0, new byte[0]);
    return connection;
  }

  void send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
  }

  void frame(int type, int flags, int stream, byte[] payload) throws IOException {
    send(bytes(type, flags, stream, payload));
  }

  /**
   * Sends data as soon as flow control allows it.
   *
   * @return whether the call still wanted it
   */
  boolean data(int stream, byte[] payload, Duration bound)
      throws IOException, InterruptedException {
    long giveUpAt = System.nanoTime() + bound.toNanos();
    synchronized (windows) {
      while (!takeWindow(stream, payload.length)) {
        if (refused.contains(stream) || ended) {
          return false;
        }
        if (System.nanoTime() > giveUpAt) {
          throw new IOException("the node lets nothing more be sent on call " + stream);
        }
        windows.wait(WAIT_MILLIS);
      }
    }
    frame(DATA, NONE, stream, payload);
    return true;
  }

  /** Guarded by the windows. */
  private boolean takeWindow(int stream, int bytes) {
    long ofStream = windows.getOrDefault(stream, initialWindow);
    if (initialWindow == 0 || Math.min(windows.getOrDefault(0, 0L), ofStream) < bytes) {
      return false;
    }
    windows.merge(0, (long) -bytes, Long::sum);
    windows.put(stream, ofStream - bytes);
    return true;
  }

  /** A frame, for several in one write. */
  static byte[] bytes(int type, int flags, int stream, byte[] payload) {
    return ByteBuffer.allocate(9 + payload.length)
        .put((byte) (payload.length >> 16))
        .put((byte) (payload.length >> 8))
        .put((byte) payload.length)
        .put((byte) type)
        .put((byte) flags)
        .putInt(stream)
        .put(payload)
        .array();
  }

  /** The headers of a gRPC call, as literals without index. */
  static byte[] callHeaders(String method, String token, Map<String, String> more) {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    field(block, ":method", "POST");
    field(block, ":scheme", "https");
    field(block, ":path", "/" + method);
    field(block, ":authority", "localhost");
    field(block, "content-type", "application/grpc");
    field(block, "te", "trailers");
    field(block, "authorization", "Bearer " + token);
    more.forEach((name, value) -> field(block, name, value));
    return block.toByteArray();
  }

  static void field(ByteArrayOutputStream block, String name, String value) {
    block.write(LITERAL);
    text(block, name);
    text(block, value);
  }

  private static void text(ByteArrayOutputStream block, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    int length = bytes.length;
    if (length < 127) {
      block.write(length);
    } else {
      block.write(127);
      length -= 127;
      while (length >= 128) {
        block.write(length % 128 + 128);
        length /= 128;
      }
      block.write(length);
    }
    block.writeBytes(bytes);
  }

  static byte[] cancel() {
    return ByteBuffer.allocate(4).putInt(CANCEL).array();
  }

  /** Calls that the node has ended with an error, or whose streams it has reset. */
  int refused() {
    return refused.size();
  }

  boolean isEnded() {
    return ended;
  }

  private void read() {
    try (DataInputStream in = new DataInputStream(socket.getInputStream())) {
      while (true) {
        int lengthAndType = in.readInt();
        int flags = in.readUnsignedByte();
        int stream = in.readInt();
        byte[] payload = in.readNBytes(lengthAndType >>> 8);
        take(lengthAndType & 0xff, flags, stream, payload);
      }
    } catch (IOException | Http2Exception e) {
      ended = true;
    }
  }

  private void take(int type, int flags, int stream, byte[] payload) throws Http2Exception {
    switch (type) {
      case HEADERS -> {
        ByteBuf block = Unpooled.wrappedBuffer(payload);
        Http2Headers headers = decoder.decodeHeaders(stream, block);
        CharSequence status = headers.get("grpc-status");
        if (status != null) {
          refused.add(stream);
          add(
              io.grpc.Status.fromCodeValue(Integer.parseInt(status.toString())).getCode()
                  + ": "
                  + headers.get("grpc-message"));
        } else if (!"200".contentEquals(headers.status())) {
          add("HTTP status " + headers.status());
        }
      }
      case RST_STREAM -> {
        refused.add(stream);
        add("RST_STREAM " + error(ByteBuffer.wrap(payload).getInt()));
      }
      case GO_AWAY -> {
        String why = new String(payload, 8, payload.length - 8, StandardCharsets.UTF_8);
        add(
            "GOAWAY "
                + error(ByteBuffer.wrap(payload, 4, 4).getInt())
                + (why.isEmpty() ? "" : " (" + why + ")"));
      }
      case WINDOW_UPDATE -> {
        synchronized (windows) {
          windows.put(
              stream,
              windows.getOrDefault(stream, initialWindow) + ByteBuffer.wrap(payload).getInt());
          windows.notifyAll();
        }
      }
      case SETTINGS -> {
        for (ByteBuffer in = ByteBuffer.wrap(payload); in.hasRemaining(); ) {
          int id = in.getShort();
          int value = in.getInt();
          if (id == INITIAL_WINDOW_SIZE) {
            initialWindow = value;
          }
        }
      }
      default -> {
        // Data and pings are no answer to an attack.
      }
    }
  }

  private static String error(int code) {
    return code >= 0 && code < ERRORS.size() ? ERRORS.get(code) : Integer.toString(code);
  }

  private void add(String what) {
    synchronized (received) {
      if (received.size() < 10 && !received.contains(what)) {
        received.add(what);
      }
    }
  }

  /** What the node said so far, and whether it ended the connection. */
  String answers() {
    synchronized (received) {
      return String.join(", ", received)
          + (received.isEmpty() || !ended ? "" : ", ")
          + (ended ? "connection closed" : "");
    }
  }

  /** Blocks until the node ends the connection, and returns what it said. */
  String awaitEnd(Duration bound) {
    long start = System.nanoTime();
    if (!Waiting.within(bound, () -> ended)) {
      return answers() + " still open after " + bound.toSeconds() + " s";
    }
    return answers() + " after " + Duration.ofNanos(System.nanoTime() - start).toSeconds() + " s";
  }

  /** Blocks until the node has answered something. */
  String awaitAnswer(Duration bound) {
    return Waiting.within(bound, () -> !answers().isEmpty())
        ? answers()
        : "no answer within " + bound.toSeconds() + " s";
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      ended = true;
    }
  }
}
