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
 * A folder that is deleted with its contents when it is closed, and also when a signal ends this
 * JVM. It first closes what uses it. Safe for use by many threads.
 */
public final class TemporaryFolder implements AutoCloseable {

  /**
   * Something that uses the folder and must be closed before it is deleted; closing twice has no
   * effect.
   */
  public interface User extends AutoCloseable {
    @Override
    void close();
  }

  private final Path path;
  private final Thread atExit = new Thread(this::close, "temporary-folder");

  /** Guarded by this. */
  private final Deque<User> users = new ArrayDeque<>();

  /** Guarded by this. */
  private boolean closed;

  /** Guarded by this. */
  private boolean kept;

  private TemporaryFolder(Path path) {
    this.path = path;
  }

  /** Creates a folder whose name starts with the prefix. */
  public static TemporaryFolder make(String prefix) throws IOException {
    TemporaryFolder folder = new TemporaryFolder(Files.createTempDirectory(prefix));
    Runtime.getRuntime().addShutdownHook(folder.atExit);
    return folder;
  }

  /** Its path. */
  public Path path() {
    return path;
  }

  /**
   * Closes this user before the folder is deleted.
   *
   * @throws IllegalStateException if the folder is already deleted; the user is closed then
   */
  public synchronized <T extends User> T with(T user) {
    if (closed) {
      user.close();
      throw new IllegalStateException(path + " has been deleted: the program is shutting down");
    }
    users.push(user);
    return user;
  }

  /** Keeps the folder when it is closed, unless a signal ends this JVM first. */
  public synchronized void keep() {
    kept = true;
  }

  /**
   * Closes what uses the folder, the latest first, and deletes the folder. Closing again has no
   * effect.
   */
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
      // This JVM is shutting down; the hook has nothing left to do.
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
