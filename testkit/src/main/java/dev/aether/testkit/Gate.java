package dev.aether.testkit;

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
 * A port of 127.0.0.1 through which connections go to another one, as long as they may. It keeps
 * its port while it refuses, so that nobody else can take it. Safe for use by many threads; each
 * connection has two of its own.
 */
final class Gate implements AutoCloseable {
  private static final int BACKLOG = 50;
  private static final int BUFFER_BYTES = 64 * 1024;

  /** Connections beyond these are refused. */
  private static final int MAX_CONNECTIONS = 1000;

  private final ServerSocket listener;
  private final Set<Passage> passages = ConcurrentHashMap.newKeySet();
  private volatile boolean refusing;

  /** Listens; connections wait until it is opened. */
  Gate() {
    try {
      listener = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int port() {
    return listener.getLocalPort();
  }

  /** Lets connections through to a port of 127.0.0.1. Once. */
  void open(int target) {
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), target);
    thread(() -> admit(address));
  }

  private static void thread(Runnable task) {
    Thread thread = new Thread(task, "aether-testkit-gate");
    thread.setDaemon(true);
    thread.start();
  }

  private void admit(InetSocketAddress target) {
    try {
      while (true) {
        Passage passage = new Passage(listener.accept(), new Socket());
        passages.add(passage);
        // Asked after it is among those that are cut, so that none slips through.
        if (refusing || passages.size() > MAX_CONNECTIONS) {
          end(passage);
        } else {
          thread(() -> pass(passage, target));
        }
      }
    } catch (IOException e) {
      // Closed.
    }
  }

  private void pass(Passage passage, InetSocketAddress target) {
    try {
      passage.server().connect(target);
      // A small frame waits for no acknowledgement of the one before.
      passage.client().setTcpNoDelay(true);
      passage.server().setTcpNoDelay(true);
      thread(() -> copy(passage, passage.server(), passage.client()));
      copy(passage, passage.client(), passage.server());
    } catch (IOException e) {
      end(passage);
    }
  }

  private void copy(Passage passage, Socket from, Socket to) {
    byte[] buffer = new byte[BUFFER_BYTES];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        out.write(buffer, 0, read);
      }
    } catch (IOException e) {
      // The other way ended it, or the gate did.
    }
    end(passage);
  }

  /** Ends the connections that there are. When it returns, nothing more comes through them. */
  void cut() {
    passages.forEach(this::end);
  }

  /** Ends all connections, and new ones at once. */
  void refuse() {
    refusing = true;
    cut();
  }

  /** Lets new connections through again. */
  void accept() {
    refusing = false;
  }

  private void end(Passage passage) {
    passages.remove(passage);
    passage.close();
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

  /** A connection: one socket towards each end. */
  private record Passage(Socket client, Socket server) {
    void close() {
      close(client);
      close(server);
    }

    private static void close(Socket socket) {
      try {
        socket.close();
      } catch (IOException e) {
        // It is gone either way.
      }
    }
  }
}
