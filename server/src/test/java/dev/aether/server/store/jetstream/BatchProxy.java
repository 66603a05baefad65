package dev.aether.server.store.jetstream;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A proxy between a node and a nats-server that lets the server store only the first messages of a
 * batch, without an acknowledgement: what a crash of the server can leave behind. Everything else
 * passes.
 */
final class BatchProxy implements AutoCloseable {
  private static final Pattern ID = Pattern.compile("Nats-Batch-Id: ?([^\r]+)");
  private static final Pattern NUMBER = Pattern.compile("Nats-Batch-Sequence: ?([0-9]+)");

  private final ServerSocket listening;
  private final int serverPort;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final AtomicInteger cut = new AtomicInteger();

  /** How many messages of the next batch are stored; negative: no batch is cut. */
  private volatile int stored = -1;

  BatchProxy(int serverPort) throws IOException {
    this.serverPort = serverPort;
    listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    background(this::accept);
  }

  String url() {
    return "nats://127.0.0.1:" + listening.getLocalPort();
  }

  /** Cuts the next batch that has more than one message. */
  void cutNextBatch(int afterMessages) {
    stored = afterMessages;
  }

  /** The number of messages that were not passed on. */
  int cut() {
    return cut.get();
  }

  private interface Work {
    void run() throws IOException;
  }

  /** The thread ends when its connection is closed. */
  private static void background(Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException e) {
                // Closed by the test or by either side.
              }
            },
            "batch-proxy");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() throws IOException {
    while (true) {
      Socket client = listening.accept();
      Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
      sockets.add(client);
      sockets.add(server);
      background(() -> new Messages(client.getInputStream(), server.getOutputStream()).pass());
      background(() -> server.getInputStream().transferTo(client.getOutputStream()));
    }
  }

  /** What one client sends. */
  private final class Messages {
    private final InputStream in;
    private final OutputStream out;
    private @Nullable String cutBatch;
    private int storedOfIt;

    Messages(InputStream in, OutputStream out) {
      this.in = new BufferedInputStream(in);
      this.out = out;
    }

    void pass() throws IOException {
      for (byte[] line = line(in); line.length > 0; line = line(in)) {
        String[] words = new String(line, StandardCharsets.UTF_8).strip().split(" +", -1);
        boolean hasHeaders = words[0].equals("HPUB");
        byte[] payload =
            hasHeaders || words[0].equals("PUB")
                ? in.readNBytes(Integer.parseInt(words[words.length - 1]) + 2)
                : new byte[0];
        int headers = hasHeaders ? Integer.parseInt(words[words.length - 2]) : 0;
        String header = new String(payload, 0, headers, StandardCharsets.UTF_8);
        Matcher id = ID.matcher(header);
        if (id.find()) {
          inBatch(id.group(1), words[1], header, line, payload);
        } else {
          send(line, payload);
        }
      }
    }

    private void inBatch(String id, String subject, String header, byte[] line, byte[] payload)
        throws IOException {
      int number = number(header);
      if (number == 1 && stored >= 0 && !header.contains("Nats-Batch-Commit")) {
        cutBatch = id;
        storedOfIt = stored;
        stored = -1;
      }
      if (!id.equals(cutBatch)) {
        send(line, payload);
      } else if (number <= storedOfIt) {
        sendSingly(subject, header, payload);
      } else {
        cut.incrementAndGet();
      }
    }

    private void sendSingly(String subject, String header, byte[] payload) throws IOException {
      byte[] own = header.replaceAll("Nats-Batch-[^\r]+\r\n", "").getBytes(StandardCharsets.UTF_8);
      int body = payload.length - header.length();
      String line =
          String.format(
              Locale.ROOT, "HPUB %s %d %d\r\n", subject, own.length, own.length + body - 2);
      ByteArrayOutputStream message = new ByteArrayOutputStream();
      message.write(own);
      message.write(payload, header.length(), body);
      send(line.getBytes(StandardCharsets.UTF_8), message.toByteArray());
    }

    private void send(byte[] line, byte[] payload) throws IOException {
      out.write(line);
      out.write(payload);
      out.flush();
    }
  }

  private static int number(String header) {
    Matcher number = NUMBER.matcher(header);
    if (!number.find()) {
      throw new IllegalStateException("a message of a batch has no number: " + header);
    }
    return Integer.parseInt(number.group(1));
  }

  private static byte[] line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = in.read(); b >= 0; b = in.read()) {
      line.write(b);
      if (b == '\n') {
        break;
      }
    }
    return line.toByteArray();
  }

  @Override
  public void close() {
    try {
      listening.close();
      for (Socket socket : sockets) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
