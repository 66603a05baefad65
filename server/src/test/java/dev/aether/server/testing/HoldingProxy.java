package dev.aether.server.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Stands between clients and a server, and holds back what clients send from some moment on, until
 * it is told to let it through: as a network does that loses packets and sends them again. What was
 * sent comes to the server even when the client has closed its connection meanwhile.
 */
public final class HoldingProxy implements AutoCloseable {
  private static final int BUFFER_BYTES = 4096;
  private static final Duration HOLD_BOUND = Duration.ofSeconds(120);

  private final ServerSocket listener;
  private final InetSocketAddress target;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final AtomicLong held = new AtomicLong();
  private volatile boolean holding;

  /** Listens on a loopback port. */
  public HoldingProxy(int targetPort) {
    target = new InetSocketAddress(InetAddress.getLoopbackAddress(), targetPort);
    try {
      listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    thread(this::accept);
  }

  public int port() {
    return listener.getLocalPort();
  }

  /** Whether what clients send is held back. */
  public void hold(boolean back) {
    holding = back;
  }

  /** Bytes that are held back now, at least. */
  public long held() {
    return held.get();
  }

  private static void thread(Runnable task) {
    Thread thread = new Thread(task, "holding-proxy");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        Socket server = new Socket();
        server.connect(target);
        server.setTcpNoDelay(true);
        open.add(client);
        open.add(server);
        thread(() -> copy(client, server, true));
        thread(() -> copy(server, client, false));
      }
    } catch (IOException e) {
      // Closed.
    }
  }

  private void copy(Socket from, Socket to, boolean fromClient) {
    byte[] buffer = new byte[BUFFER_BYTES];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        if (fromClient && holding) {
          held.addAndGet(read);
          Await.until("what is held back to be let through", HOLD_BOUND, () -> !holding);
          held.addAndGet(-read);
        }
        out.write(buffer, 0, read);
      }
      to.shutdownOutput();
    } catch (IOException e) {
      // The other way ended it.
    }
  }

  @Override
  public void close() {
    holding = false;
    try {
      listener.close();
      for (Socket socket : open) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
