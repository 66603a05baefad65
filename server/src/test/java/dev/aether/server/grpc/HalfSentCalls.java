package dev.aether.server.grpc;

import dev.aether.server.testing.RawHttp2;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Calls that begin to send a request and never end it. It keeps HTTP/2's flow control, without
 * which a server would close the connection. One thread sends; another reads.
 */
final class HalfSentCalls implements AutoCloseable {
  private static final int WINDOW_UPDATE = 8;
  private static final int INITIAL_WINDOW_SIZE = 4;
  private static final int DEFAULT_WINDOW = 65_535;
  private static final int FRAME = 16_384;
  private static final long WAIT_MILLIS = 40_000;

  private final RawHttp2 connection;

  /** Guarded by this, like the fields below. What may be sent on the connection, stream 0. */
  private final Map<Integer, Long> windows = new HashMap<>(Map.of(0, (long) DEFAULT_WINDOW));

  private long initialWindow = DEFAULT_WINDOW;
  private final Set<Integer> answered = new HashSet<>();
  private final Set<Integer> reset = new HashSet<>();
  private long received;
  private boolean settled;
  private boolean ended;
  private int lastStream = -1;

  HalfSentCalls(InetSocketAddress server)
      throws IOException, InterruptedException, TimeoutException {
    connection = RawHttp2.begin(server, "127.0.0.1");
    Thread reader = new Thread(this::read, "half-sent-calls");
    reader.setDaemon(true);
    reader.start();
    // The settings say how much may be sent.
    await("no settings from the server", () -> settled);
  }

  /**
   * Begins a call and returns its number.
   *
   * @param headers names and values of further headers, in turns
   */
  int begin(String method, String... headers) throws IOException {
    lastStream += 2;
    send(RawHttp2.HEADERS, RawHttp2.END_HEADERS, lastStream, RawHttp2.call(method, headers));
    return lastStream;
  }

  /** Sends a whole message, unless its call is answered meanwhile, and does not end the call. */
  void sendWhole(int stream, boolean isCompressed, byte[] message)
      throws IOException, InterruptedException, TimeoutException {
    byte[] prefix =
        ByteBuffer.allocate(5).put((byte) (isCompressed ? 1 : 0)).putInt(message.length).array();
    boolean wanted = sendData(stream, prefix);
    for (int sent = 0; wanted && sent < message.length; sent += FRAME) {
      wanted =
          sendData(
              stream, Arrays.copyOfRange(message, sent, Math.min(sent + FRAME, message.length)));
    }
  }

  /** Ends this side of a call. */
  void end(int stream) throws IOException {
    send(RawHttp2.DATA, RawHttp2.END_STREAM, stream, new byte[0]);
  }

  /** Sends the first bytes of a message, unless its call is answered meanwhile. */
  void sendPart(int stream, int messageBytes, int bytes)
      throws IOException, InterruptedException, TimeoutException {
    boolean wanted =
        sendData(stream, ByteBuffer.allocate(5).put((byte) 0).putInt(messageBytes).array());
    for (int sent = 0; wanted && sent < bytes; sent += FRAME) {
      wanted = sendData(stream, new byte[Math.min(FRAME, bytes - sent)]);
    }
  }

  private boolean sendData(int stream, byte[] data)
      throws IOException, InterruptedException, TimeoutException {
    synchronized (this) {
      await(
          "the server lets nothing more be sent on call " + stream,
          () -> answered.contains(stream) || Math.min(window(0), window(stream)) >= data.length);
      if (answered.contains(stream)) {
        return false;
      }
      windows.put(0, window(0) - data.length);
      windows.put(stream, window(stream) - data.length);
    }
    send(RawHttp2.DATA, 0, stream, data);
    return true;
  }

  private synchronized long window(int stream) {
    return windows.getOrDefault(stream, initialWindow);
  }

  /** Waits until the server has answered a call or reset it. */
  void awaitAnswer(int stream) throws InterruptedException, TimeoutException {
    await("no answer to call " + stream, () -> answered.contains(stream));
  }

  /** Waits until the server has reset a call. */
  void awaitReset(int stream) throws InterruptedException, TimeoutException {
    await("no reset of call " + stream, () -> reset.contains(stream));
  }

  /** Waits until the server has sent all that it may: this client never reads its answers. */
  void awaitFull() throws InterruptedException, TimeoutException {
    await("only some bytes of answers", () -> received == DEFAULT_WINDOW);
  }

  /** How many calls the server has answered or reset. */
  synchronized int answered() {
    return answered.size();
  }

  /** Checked under the lock. */
  private interface Condition {
    boolean holds();
  }

  private synchronized void await(String otherwise, Condition condition)
      throws InterruptedException, TimeoutException {
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(WAIT_MILLIS);
    while (!condition.holds()) {
      if (ended || System.nanoTime() > until) {
        throw new TimeoutException(otherwise);
      }
      wait(100);
    }
  }

  private void read() {
    try {
      for (Optional<RawHttp2.Frame> next = connection.read();
          next.isPresent();
          next = connection.read()) {
        take(next.get());
      }
    } catch (IOException e) {
      // The same as an end.
    }
    synchronized (this) {
      ended = true;
      notifyAll();
    }
  }

  private void take(RawHttp2.Frame frame) throws IOException {
    ByteBuffer payload = ByteBuffer.wrap(frame.payload());
    synchronized (this) {
      switch (frame.type()) {
        case RawHttp2.HEADERS -> answered.add(frame.stream());
        case RawHttp2.RST_STREAM -> {
          answered.add(frame.stream());
          reset.add(frame.stream());
        }
        case RawHttp2.DATA -> received += frame.payload().length;
        case WINDOW_UPDATE ->
            windows.put(frame.stream(), window(frame.stream()) + payload.getInt());
        case RawHttp2.SETTINGS -> {
          settled = true;
          while (payload.hasRemaining()) {
            int id = payload.getShort();
            int value = payload.getInt();
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
    boolean isAck = frame.flags() == RawHttp2.ACK;
    if (!isAck && frame.type() == RawHttp2.SETTINGS) {
      send(RawHttp2.SETTINGS, RawHttp2.ACK, 0, new byte[0]);
    } else if (!isAck && frame.type() == RawHttp2.PING) {
      send(RawHttp2.PING, RawHttp2.ACK, 0, frame.payload());
    }
  }

  private synchronized void send(int type, int flags, int stream, byte[] payload)
      throws IOException {
    connection.send(type, flags, stream, payload);
  }

  @Override
  public void close() {
    connection.close();
  }
}
