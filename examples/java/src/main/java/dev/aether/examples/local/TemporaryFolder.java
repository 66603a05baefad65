package dev.aether.examples.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;

/**
 * A folder that goes with what is in it when it is closed, and also when a signal ends this JVM. It
 * ends first what works in it. Safe for use by many threads.
 */
public final class TemporaryFolder implements AutoCloseable {

  /** What works in the folder and is to be ended before it goes; again does nothing. */
  public interface User extends AutoCloseable {
    @Override
    void close();
  }

  private final Path path;
  private final Thread atExit = new Thread(this::close, "temporary-folder");

  /** Guarded by this; as many as a program starts servers. */
  private final Deque<User> users = new ArrayDeque<>();

  /** Guarded by this. */
  private boolean closed;

  /** Guarded by this. */
  private boolean kept;

  private TemporaryFolder(Path path) {
    this.path = path;
  }

  /** Makes one whose name begins so. */
  public static TemporaryFolder make(String prefix) throws IOException {
    TemporaryFolder folder = new TemporaryFolder(Files.createTempDirectory(prefix));
    Runtime.getRuntime().addShutdownHook(folder.atExit);
    return folder;
  }

  /** Where it is. */
  public Path path() {
    return path;
  }

  /**
   * Ends this one before the folder goes.
   *
   * @throws IllegalStateException if the folder is gone; the user is ended then
   */
  public synchronized <T extends User> T with(T user) {
    if (closed) {
      user.close();
      throw new IllegalStateException(path + " is gone: this program is ending");
    }
    users.push(user);
    return user;
  }

  /** Leaves what is in it for people, unless a signal ends this JVM before it is closed. */
  public synchronized void keep() {
    kept = true;
  }

  /** Ends what works in it, the latest first, and removes it. Again does nothing. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    users.forEach(User::close);
    boolean byASignal = Thread.currentThread() == atExit;
    if (!byASignal) {
      forgetExit();
    }
    if (byASignal || !kept) {
      remove();
    }
  }

  private void forgetExit() {
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      // This JVM is ending: the hook finds nothing left to do.
    }
  }

  private void remove() {
    try (Stream<Path> files = Files.walk(path)) {
      List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
      for (Path file : deepestFirst) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
