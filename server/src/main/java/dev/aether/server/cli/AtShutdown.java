package dev.aether.server.cli;

/** Runs an action when the process is terminated by a signal, unless it is closed before. */
final class AtShutdown implements AutoCloseable {
  private final Thread hook;

  private AtShutdown(Thread hook) {
    this.hook = hook;
  }

  /** Registers an action. It runs on its own thread and should take at most a few seconds. */
  static AtShutdown run(Runnable action) {
    Thread hook = new Thread(action, "at-shutdown");
    Runtime.getRuntime().addShutdownHook(hook);
    return new AtShutdown(hook);
  }

  /** Removes the action. Does nothing if it was removed before or the process is already ending. */
  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is ending, and the hook runs.
    }
  }
}
