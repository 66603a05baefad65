package dev.aether.testkit.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Forwards TCP connections from a port of 127.0.0.1 to another one, until it is told to refuse
 * them. It keeps its port while it refuses; no other process can take it. Safe for use by many
 * threads; each connection has two threads of its own.
 */
public final class TcpForwarder implements AutoCloseable {
  private static final int BACKLOG = 50;
  private static final int BUFFER_BYTES = 64 * 1024;

  /** Further connections are refused. */
  private static final int MAX_CONNECTIONS = 1000;

  private final ServerSocket listener;
  private final Set<Tunnel> tunnels = ConcurrentHashMap.newKeySet();
  private volatile boolean refusing;

  /** Starts listening; connections wait until {@link #open} is called. */
  public TcpForwarder() {
    try {
      listener = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public int port() {
    return listener.getLocalPort();
  }

  /** Forwards connections to a port of 127.0.0.1. Called once. */
  public void open(int target) {
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), target);
    thread(() -> acceptLoop(address));
  }

  private static void thread(Runnable task) {
    Thread thread = new Thread(task, "aether-testkit-forwarder");
    thread.setDaemon(true);
    thread.start();
  }

  private void acceptLoop(InetSocketAddress target) {
    try {
      while (true) {
        Tunnel tunnel = new Tunnel(listener.accept(), new Socket());
        tunnels.add(tunnel);
        // Checked after it was added, because cut() must not miss it.
        if (refusing || tunnels.size() > MAX_CONNECTIONS) {
          close(tunnel);
        } else {
          thread(() -> forward(tunnel, target));
        }
      }
    } catch (IOException e) {
      // Closed.
    }
  }

  private void forward(Tunnel tunnel, InetSocketAddress target) {
    try {
      tunnel.server().connect(target);
      // Small frames must not wait for the acknowledgement of the previous one.
      tunnel.client().setTcpNoDelay(true);
      tunnel.server().setTcpNoDelay(true);
      thread(() -> copy(tunnel, tunnel.server(), tunnel.client()));
      copy(tunnel, tunnel.client(), tunnel.server());
    } catch (IOException e) {
      close(tunnel);
    }
  }

  private void copy(Tunnel tunnel, Socket from, Socket to) {
    byte[] buffer = new byte[BUFFER_BYTES];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        out.write(buffer, 0, read);
      }
    } catch (IOException e) {
      // Closed by the other direction, or by cut().
    }
    close(tunnel);
  }

  /** Closes all connections. When it returns, they carry no more data. */
  public void cut() {
    tunnels.forEach(this::close);
  }

  /** Closes all connections, and new ones immediately. */
  public void refuse() {
    refusing = true;
    cut();
  }

  /** Forwards new connections again. */
  public void accept() {
    refusing = false;
  }

  private void close(Tunnel tunnel) {
    tunnels.remove(tunnel);
    tunnel.close();
  }

  @Override
  public void close() {
    refusing = true;
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      cut();
    }
  }

  /** A connection, with one socket to each side. */
  private record Tunnel(Socket client, Socket server) {
    void close() {
      close(client);
      close(server);
    }

    private static void close(Socket socket) {
      try {
        socket.close();
      } catch (IOException e) {
        // The socket is closed either way.
      }
    }
  }
}
