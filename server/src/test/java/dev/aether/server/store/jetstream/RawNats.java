package dev.aether.server.store.jetstream;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Speaks the protocol of NATS, since jnats sends no status lines. */
final class RawNats implements AutoCloseable {
  private final Socket socket;

  RawNats(int port) throws IOException {
    socket = new Socket("127.0.0.1", port);
    write("CONNECT {\"verbose\":false,\"headers\":true}\r\n");
  }

  void send(String subject, String header) {
    send(subject, header, new byte[0]);
  }

  /** Sends a message with a given first header line, which may be a status. */
  synchronized void send(String subject, String header, byte[] body) {
    int length = header.length() + 4;
    write(
        String.format(
            Locale.ROOT,
            "HPUB %s %d %d\r\n%s\r\n\r\n",
            subject,
            length,
            length + body.length,
            header));
    write(body);
    write("\r\n");
  }

  private void write(String text) {
    write(text.getBytes(StandardCharsets.UTF_8));
  }

  private void write(byte[] bytes) {
    try {
      OutputStream out = socket.getOutputStream();
      out.write(bytes);
      out.flush();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
