package dev.aether.examples.local;

/** What can be killed and started again. For one thread at a time. */
public interface Killable {
  /** What people call it. */
  String name();

  /** Ends it in the middle of whatever it does. Returns when it is gone. */
  void kill();

  /** Starts it after a kill, where it was. Returns when it is ready, within a minute. */
  void start();
}
