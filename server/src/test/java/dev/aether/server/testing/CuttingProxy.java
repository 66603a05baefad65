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
import java.util.function.LongSupplier;

/**
 * Stands between clients and a server, and cuts each connection after so many bytes, both ways
 * together, wherever in a frame or in the greeting that is. Half of the cuts are resets, the others
 * look like an orderly end.
 */
public final class CuttingProxy implements AutoCloseable {
  private static final int BUFFER_BYTES = 4096;
  private static final Duration STALL_BOUND = Duration.ofSeconds(60);

  private final ServerSocket listener;
  private final InetSocketAddress target;
  private final LongSupplier bytesToLive;
  private final AtomicLong cuts;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private volatile boolean cutting = true;
  private volatile boolean stalled;

  /**
   * Listens on a loopback port.
   *
   * @param bytesToLive asked once for each connection
   * @param cuts counts them
   */
  public CuttingProxy(int targetPort, LongSupplier bytesToLive, AtomicLong cuts) {
    this.target = new InetSocketAddress(InetAddress.getLoopbackAddress(), targetPort);
    this.bytesToLive = bytesToLive;
    this.cuts = cuts;
    try {
      listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    thread(this::accept);
  }

  /** Where it listens. */
  public String endpoint() {
    return "127.0.0.1:" + listener.getLocalPort();
  }

  /** From now on connections live. */
  public void cutNoMore() {
    cutting = false;
  }

  /**
   * Whether connections stand still, as when packets are lost: nothing comes through, none ends.
   */
  public void stall(boolean standStill) {
    stalled = standStill;
  }

  private static void thread(Runnable task) {
    Thread thread = new Thread(task, "cutting-proxy");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        Socket server = new Socket();
        open.add(client);
        open.add(server);
        try {
          server.connect(target);
        } catch (IOException e) {
          end(client, server);
          continue;
        }
        AtomicLong left = new AtomicLong(bytesToLive.getAsLong());
        thread(() -> copy(client, server, left));
        thread(() -> copy(server, client, left));
      }
    } catch (IOException e) {
      // Closed.
    }
  }

  private void copy(Socket from, Socket to, AtomicLong left) {
    byte[] buffer = new byte[BUFFER_BYTES];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      int read = in.read(buffer);
      while (read >= 0) {
        Await.until("the stall is over", STALL_BOUND, () -> !stalled);
        long after = left.addAndGet(-read);
        if (after < 0 && cutting) {
          out.write(buffer, 0, (int) Math.max(0, after + read));
          cut(from, to, after + read);
          return;
        }
        out.write(buffer, 0, read);
        read = in.read(buffer);
      }
    } catch (IOException e) {
      // The other way ended it.
    }
    end(from, to);
  }

  /** Of the two ways, the one that crosses the line counts. */
  private void cut(Socket one, Socket other, long lived) throws IOException {
    if (lived >= 0) {
      cuts.incrementAndGet();
    }
    if (lived % 2 == 0) {
      one.setSoLinger(true, 0);
      other.setSoLinger(true, 0);
    }
    end(one, other);
  }

  private void end(Socket... sockets) {
    for (Socket socket : sockets) {
      open.remove(socket);
      try {
        socket.close();
      } catch (IOException e) {
        // It is gone either way.
      }
    }
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    end(open.toArray(Socket[]::new));
  }
}
