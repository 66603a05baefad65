package dev.aether.server.cli;

/** Does something when the process is told to end by a signal, unless it is closed before. */
final class AtShutdown implements AutoCloseable {
  private final Thread hook;

  private AtShutdown(Thread hook) {
    this.hook = hook;
  }

  /** The action runs on a thread of its own and should take a second at most. */
  static AtShutdown run(Runnable action) {
    Thread hook = new Thread(action, "at-shutdown");
    Runtime.getRuntime().addShutdownHook(hook);
    return new AtShutdown(hook);
  }

  /** Forgets it. Again, or when the process is ending already, does nothing. */
  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is ending: the hook does its work.
    }
  }
}
