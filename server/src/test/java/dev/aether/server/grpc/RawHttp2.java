package dev.aether.server.grpc;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A connection on which calls can be begun and left half-sent, which no gRPC library does. It keeps
 * HTTP/2's flow control. One thread sends; another reads.
 */
final class RawHttp2 implements AutoCloseable {
  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int RST_STREAM = 3;
  private static final int SETTINGS = 4;
  private static final int PING = 6;
  private static final int WINDOW_UPDATE = 8;
  private static final int ACK = 1;
  private static final int END_HEADERS = 4;
  private static final int INITIAL_WINDOW_SIZE = 4;
  private static final int DEFAULT_WINDOW = 65_535;
  private static final int FRAME = 16_384;
  private static final long WAIT_MILLIS = 20_000;

  private final Socket socket;
  private final Thread reader = new Thread(this::read, "raw-http2");

  /** Guarded by this, like the fields below. What may be sent on the connection, stream 0. */
  private final Map<Integer, Long> windows = new HashMap<>(Map.of(0, (long) DEFAULT_WINDOW));

  private long initialWindow = DEFAULT_WINDOW;
  private final Set<Integer> answered = new HashSet<>();
  private boolean settled;
  private boolean ended;
  private int lastStream = -1;

  RawHttp2(int port) throws IOException, InterruptedException, TimeoutException {
    socket = new Socket("127.0.0.1", port);
    OutputStream out = socket.getOutputStream();
    out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    send(SETTINGS, 0, 0, new byte[0]);
    reader.setDaemon(true);
    reader.start();
    awaitSettings();
  }

  /** They say how much may be sent. */
  private synchronized void awaitSettings() throws InterruptedException, TimeoutException {
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(WAIT_MILLIS);
    while (!settled) {
      if (ended || System.nanoTime() > until) {
        throw new TimeoutException("no settings from the server");
      }
      wait(100);
    }
  }

  /** Begins a call and returns its number. */
  int begin(String method) throws IOException {
    ByteArrayOutputStream headers = new ByteArrayOutputStream();
    field(headers, ":method", "POST");
    field(headers, ":scheme", "http");
    field(headers, ":path", "/" + method);
    field(headers, ":authority", "localhost");
    field(headers, "content-type", "application/grpc");
    field(headers, "te", "trailers");
    lastStream += 2;
    send(HEADERS, END_HEADERS, lastStream, headers.toByteArray());
    return lastStream;
  }

  /** Sends the first bytes of a message, unless its call is answered meanwhile. */
  void sendPart(int stream, int messageBytes, int bytes)
      throws IOException, InterruptedException, TimeoutException {
    byte[] prefix = ByteBuffer.allocate(5).put((byte) 0).putInt(messageBytes).array();
    sendData(stream, prefix);
    for (int sent = 0; sent < bytes; sent += FRAME) {
      if (!sendData(stream, new byte[Math.min(FRAME, bytes - sent)])) {
        return;
      }
    }
  }

  private boolean sendData(int stream, byte[] data)
      throws IOException, InterruptedException, TimeoutException {
    synchronized (this) {
      long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(WAIT_MILLIS);
      while (window(0) < data.length || window(stream) < data.length) {
        if (ended || answered.contains(stream)) {
          return false;
        }
        if (System.nanoTime() > until) {
          throw new TimeoutException("the server lets nothing more be sent on call " + stream);
        }
        wait(100);
      }
      windows.put(0, window(0) - data.length);
      windows.put(stream, window(stream) - data.length);
    }
    send(DATA, 0, stream, data);
    return true;
  }

  private synchronized long window(int stream) {
    return windows.getOrDefault(stream, initialWindow);
  }

  /** Waits until the server has answered a call or reset it. */
  synchronized void awaitAnswer(int stream) throws InterruptedException, TimeoutException {
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(WAIT_MILLIS);
    while (!answered.contains(stream)) {
      if (ended || System.nanoTime() > until) {
        throw new TimeoutException("no answer to call " + stream);
      }
      wait(100);
    }
  }

  /** How many calls the server has answered or reset. */
  synchronized int answered() {
    return answered.size();
  }

  private void read() {
    try (DataInputStream in = new DataInputStream(socket.getInputStream())) {
      while (true) {
        int lengthAndType = in.readInt();
        int flags = in.readUnsignedByte();
        int stream = in.readInt();
        take(lengthAndType & 0xff, flags, stream, in.readNBytes(lengthAndType >>> 8));
      }
    } catch (IOException e) {
      synchronized (this) {
        ended = true;
        notifyAll();
      }
    }
  }

  private void take(int type, int flags, int stream, byte[] payload) throws IOException {
    synchronized (this) {
      switch (type) {
        case HEADERS, RST_STREAM -> answered.add(stream);
        case WINDOW_UPDATE ->
            windows.put(stream, window(stream) + ByteBuffer.wrap(payload).getInt());
        case SETTINGS -> {
          settled = true;
          for (ByteBuffer in = ByteBuffer.wrap(payload); in.hasRemaining(); ) {
            int id = in.getShort();
            int value = in.getInt();
            if (id == INITIAL_WINDOW_SIZE) {
              initialWindow = value;
            }
          }
        }
        default -> {
          // Nothing else matters here.
        }
      }
      notifyAll();
    }
    if (flags != ACK && (type == SETTINGS || type == PING)) {
      send(type, ACK, 0, type == PING ? payload : new byte[0]);
    }
  }

  private static void field(ByteArrayOutputStream headers, String name, String value) {
    headers.write(0);
    for (String text : new String[] {name, value}) {
      headers.write(text.length());
      headers.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }
  }

  private synchronized void send(int type, int flags, int stream, byte[] payload)
      throws IOException {
    socket
        .getOutputStream()
        .write(
            ByteBuffer.allocate(9 + payload.length)
                .putInt(payload.length << 8 | type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array());
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
