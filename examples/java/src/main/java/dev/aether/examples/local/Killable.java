package dev.aether.examples.local;

/** Something that can be killed and restarted. Used by one thread at a time. */
public interface Killable {
  /** Its name, for messages. */
  String name();

  /** Kills it, whatever it is doing. Returns when it is gone. */
  void kill();

  /** Restarts it after a kill, at the same address. Returns when it is ready, within a minute. */
  void start();
}
