package dev.aether.server.testing;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/** A connection whose bytes a test chooses, for what no HTTP/2 library sends. */
public final class RawHttp2 implements AutoCloseable {
  public static final int DATA = 0;
  public static final int HEADERS = 1;
  public static final int RST_STREAM = 3;
  public static final int SETTINGS = 4;
  public static final int PING = 6;
  public static final int GOAWAY = 7;
  public static final int CONTINUATION = 9;

  public static final int END_STREAM = 1;
  public static final int ACK = 1;
  public static final int END_HEADERS = 4;

  public static final int ENHANCE_YOUR_CALM = 11;

  private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  private static final Duration BOUND = Duration.ofSeconds(60);

  private final Socket socket;
  private final DataInputStream in;
  private final OutputStream out;

  /** A frame that the server has sent. */
  public record Frame(int type, int flags, int stream, byte[] payload) {
    /** The error of a GOAWAY or RST_STREAM. */
    public int error() {
      return ByteBuffer.wrap(payload).getInt(type == GOAWAY ? Integer.BYTES : 0);
    }
  }

  /** Connects from an address of this machine, such as 127.0.0.2, and sends nothing. */
  public RawHttp2(InetSocketAddress server, String from) {
    try {
      socket = new Socket(server.getAddress(), server.getPort(), InetAddress.getByName(from), 0);
      socket.setSoTimeout((int) BOUND.toMillis());
      in = new DataInputStream(socket.getInputStream());
      out = socket.getOutputStream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Connects and begins HTTP/2, unless the server closes the connection before. */
  public static RawHttp2 begin(InetSocketAddress server, String from) throws IOException {
    RawHttp2 connection = new RawHttp2(server, from);
    try {
      connection.sendPreface();
      connection.send(SETTINGS, 0, 0);
    } catch (SocketException closed) {
      // The next read shows it.
    }
    return connection;
  }

  public void sendPreface() throws IOException {
    send(PREFACE.getBytes(StandardCharsets.US_ASCII));
  }

  public void send(byte[] bytes) throws IOException {
    out.write(bytes);
    out.flush();
  }

  public void send(int type, int flags, int stream, byte... payload) throws IOException {
    send(frame(payload.length, type, flags, stream, payload));
  }

  /** A frame that announces a payload of a length, with the beginning of the payload. */
  public static byte[] frame(int length, int type, int flags, int stream, byte... beginning) {
    return ByteBuffer.allocate(9 + beginning.length)
        .put((byte) (length >> 16))
        .putShort((short) length)
        .put((byte) type)
        .put((byte) flags)
        .putInt(stream)
        .put(beginning)
        .array();
  }

  /**
   * The header block of a gRPC call of a method such as {@code a.Service/Method}.
   *
   * @param more names and values of further headers, in turns
   */
  public static byte[] call(String method, String... more) {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    header(block, ":method", "POST");
    header(block, ":scheme", "http");
    header(block, ":path", "/" + method);
    header(block, ":authority", "localhost");
    header(block, "content-type", "application/grpc");
    header(block, "te", "trailers");
    for (int i = 0; i < more.length; i += 2) {
      header(block, more[i], more[i + 1]);
    }
    return block.toByteArray();
  }

  /** A literal header that is not indexed (RFC 7541, 6.2.2). */
  private static void header(ByteArrayOutputStream block, String name, String value) {
    block.write(0);
    for (String text : new String[] {name, value}) {
      block.write(text.length());
      block.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }
  }

  /** The next frame; empty if the server has closed the connection. */
  public Optional<Frame> read() throws IOException {
    try {
      int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
      int type = in.readUnsignedByte();
      int flags = in.readUnsignedByte();
      int stream = in.readInt();
      byte[] payload = new byte[length];
      in.readFully(payload);
      return Optional.of(new Frame(type, flags, stream, payload));
    } catch (EOFException | SocketException e) {
      return Optional.empty();
    }
  }

  /** The next frame of a type; empty if the server closes the connection before it. */
  public Optional<Frame> read(int type) throws IOException {
    Optional<Frame> next = read();
    while (next.isPresent() && next.get().type() != type) {
      next = read();
    }
    return next;
  }

  /** Waits until the server has closed the connection. */
  public void awaitClosed() throws IOException {
    while (read().isPresent()) {
      // What it sends before that does not matter.
    }
  }

  /** Whether the server answers a ping. */
  public boolean isServed() throws IOException {
    try {
      send(PING, 0, 0, new byte[8]);
    } catch (SocketException e) {
      return false;
    }
    return read(PING).isPresent();
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
