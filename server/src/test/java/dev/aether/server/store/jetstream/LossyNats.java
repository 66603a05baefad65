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
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A proxy between a client and a nats-server that drops messages to the client: those whose payload
 * contains a text, as often as requested. Everything else passes.
 */
final class LossyNats implements AutoCloseable {
  private final ServerSocket listening;
  private final int serverPort;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final AtomicInteger toLose = new AtomicInteger();
  private final AtomicInteger lost = new AtomicInteger();
  private volatile String text = "";

  LossyNats(int serverPort) throws IOException {
    this.serverPort = serverPort;
    listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    background(this::accept);
  }

  String url() {
    return "nats://127.0.0.1:" + listening.getLocalPort();
  }

  /** Drops the next {@code count} messages whose payload contains the text. */
  void lose(String payloadText, int count) {
    text = payloadText;
    toLose.set(count);
  }

  /** The number of dropped messages. */
  int lost() {
    return lost.get();
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
            "lossy-nats");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() throws IOException {
    while (true) {
      Socket client = listening.accept();
      Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
      sockets.add(client);
      sockets.add(server);
      background(() -> client.getInputStream().transferTo(server.getOutputStream()));
      background(() -> pass(server.getInputStream(), client.getOutputStream()));
    }
  }

  private void pass(InputStream server, OutputStream client) throws IOException {
    InputStream in = new BufferedInputStream(server);
    while (true) {
      byte[] line = line(in);
      if (line.length == 0) {
        return;
      }
      String words = new String(line, StandardCharsets.UTF_8).strip();
      byte[] payload = new byte[0];
      if (words.startsWith("MSG ") || words.startsWith("HMSG ")) {
        int length = Integer.parseInt(words.substring(words.lastIndexOf(' ') + 1));
        payload = in.readNBytes(length + 2);
      }
      if (!isToLose(payload)) {
        client.write(line);
        client.write(payload);
        client.flush();
      }
    }
  }

  private boolean isToLose(byte[] payload) {
    if (toLose.get() == 0 || !new String(payload, StandardCharsets.UTF_8).contains(text)) {
      return false;
    }
    toLose.decrementAndGet();
    lost.incrementAndGet();
    return true;
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
